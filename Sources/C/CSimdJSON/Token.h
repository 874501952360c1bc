#ifndef RH_TOKEN_H
#define RH_TOKEN_H

#include <cstdint>
#include <cstring>

/// The parts of JSON's grammar below its structure: numbers, words, escapes (RFC 8259, sections 3, 6 and 7).
namespace token {

inline bool isSpace(uint8_t byte) { return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r'; }
inline bool isDigit(uint8_t byte) { return static_cast<uint8_t>(byte - '0') < 10; }

inline bool onlySpace(const uint8_t *start, const uint8_t *end) {
    while (start < end && isSpace(*start)) start++;
    return start == end;
}

/// The result of reading a number or a word.
enum class Fault { none, invalid, cutOff };

/// Reads a number; `stop` becomes the first byte after it, or `end`.
///
/// The fault is `cutOff` if `end` comes before the number is complete.
inline Fault readNumber(const uint8_t *start, const uint8_t *end, const uint8_t *&stop) {
    const uint8_t *at = start;
    if (at < end && *at == '-') at++;
    if (at == end) return Fault::cutOff;
    if (!isDigit(*at)) return Fault::invalid;
    if (*at++ != '0')
        while (at < end && isDigit(*at)) at++;
    if (at < end && *at == '.') {
        if (++at == end) return Fault::cutOff;
        if (!isDigit(*at)) return Fault::invalid;
        while (at < end && isDigit(*at)) at++;
    }
    if (at < end && (*at | 0x20) == 'e') {
        if (++at < end && (*at == '+' || *at == '-')) at++;
        if (at == end) return Fault::cutOff;
        if (!isDigit(*at)) return Fault::invalid;
        while (at < end && isDigit(*at)) at++;
    }
    stop = at;
    return Fault::none;
}

/// Checks that the token from `start` to `end` is the word, followed by white space at most.
inline Fault readWord(const uint8_t *start, const uint8_t *end, const char *word, size_t length) {
    size_t size = static_cast<size_t>(end - start);
    if (size < length) return std::memcmp(start, word, size) == 0 ? Fault::cutOff : Fault::invalid;
    if (std::memcmp(start, word, length) != 0) return Fault::invalid;
    return onlySpace(start + length, end) ? Fault::none : Fault::invalid;
}

/// The value of a hexadecimal digit, or 16.
inline uint32_t hexadecimal(uint8_t byte) {
    if (isDigit(byte)) return byte - '0';
    uint8_t letter = (byte | 0x20) - 'a';
    return letter < 6 ? letter + 10u : 16u;
}

/// The value of four hexadecimal digits; 0x10000 or more if they are not four such digits.
inline uint32_t codeUnit(const uint8_t *digits, const uint8_t *end) {
    if (end - digits < 4) return 0x10000;
    uint32_t value = 0, seen = 0;
    for (int i = 0; i < 4; i++) {
        uint32_t digit = hexadecimal(digits[i]);
        seen |= digit;
        value = value << 4 | (digit & 15);
    }
    return seen & 16 ? 0x10000 : value;
}

inline uint8_t *appendUTF8(uint32_t scalar, uint8_t *out) {
    if (scalar < 0x80) {
        *out++ = static_cast<uint8_t>(scalar);
    } else if (scalar < 0x800) {
        *out++ = static_cast<uint8_t>(0xC0 | scalar >> 6);
        *out++ = static_cast<uint8_t>(0x80 | (scalar & 0x3F));
    } else if (scalar < 0x10000) {
        *out++ = static_cast<uint8_t>(0xE0 | scalar >> 12);
        *out++ = static_cast<uint8_t>(0x80 | (scalar >> 6 & 0x3F));
        *out++ = static_cast<uint8_t>(0x80 | (scalar & 0x3F));
    } else {
        *out++ = static_cast<uint8_t>(0xF0 | scalar >> 18);
        *out++ = static_cast<uint8_t>(0x80 | (scalar >> 12 & 0x3F));
        *out++ = static_cast<uint8_t>(0x80 | (scalar >> 6 & 0x3F));
        *out++ = static_cast<uint8_t>(0x80 | (scalar & 0x3F));
    }
    return out;
}

/// Reads the digits after `\u`, and the second escape of a surrogate pair; null if they are no Unicode scalar value.
inline const uint8_t *readScalar(const uint8_t *digits, const uint8_t *end, uint32_t &scalar) {
    scalar = codeUnit(digits, end);
    digits += 4;
    if (scalar >= 0x10000) return nullptr;
    if (scalar < 0xD800 || scalar >= 0xE000) return digits;
    if (scalar >= 0xDC00 || end - digits < 6 || digits[0] != '\\' || digits[1] != 'u') return nullptr;
    uint32_t low = codeUnit(digits + 2, end);
    if (low < 0xDC00 || low >= 0xE000) return nullptr;
    scalar = 0x10000 + ((scalar - 0xD800) << 10 | (low - 0xDC00));
    return digits + 6;
}

/// Writes the content of a string with its escapes resolved; the result is never longer than the content.
///
/// Returns the end of what was written; null if an escape is invalid.
inline uint8_t *unescape(const uint8_t *start, const uint8_t *end, uint8_t *out) {
    while (true) {
        auto backslash = static_cast<const uint8_t *>(std::memchr(start, '\\', static_cast<size_t>(end - start)));
        const uint8_t *stop = backslash == nullptr ? end : backslash;
        std::memcpy(out, start, static_cast<size_t>(stop - start));
        out += stop - start;
        if (backslash == nullptr) return out;
        if (backslash + 1 == end) return nullptr;
        start = backslash + 2;
        switch (backslash[1]) {
        case '"': *out++ = '"'; break;
        case '\\': *out++ = '\\'; break;
        case '/': *out++ = '/'; break;
        case 'b': *out++ = '\b'; break;
        case 'f': *out++ = '\f'; break;
        case 'n': *out++ = '\n'; break;
        case 'r': *out++ = '\r'; break;
        case 't': *out++ = '\t'; break;
        case 'u': {
            uint32_t scalar;
            start = readScalar(start, end, scalar);
            if (start == nullptr) return nullptr;
            out = appendUTF8(scalar, out);
            break;
        }
        default: return nullptr;
        }
    }
}

} // namespace token

#endif
