#ifndef RH_WALK_H
#define RH_WALK_H

#include "CSimdJSON.h"
#include "KeyTable.h"
#include "Token.h"

/// Goes once over the places that simdjson's first stage found in a line, checks all of the line and writes the nodes.
///
/// The first stage gives the place of each bracket, comma and colon outside strings, of each string's first quote and
/// of each other token's first byte, and then `length`. It has checked that the line is UTF-8, that every string is
/// closed and that no string has a control character. So a token is the text between two places, without white space.
///
/// A document of n places has at most (n + 1) / 2 nodes. A line that breaks off could be completed by three more places
/// and one for each open bracket, so that `nodeCapacity` is enough for what is read before a fault too.
class Walk {
public:
    Walk(const KeyTable &keys, bool keepsUnknown, const uint8_t *line, size_t length, const uint32_t *places,
         size_t count, rh_json_node *nodes, uint8_t *text, size_t maximumDepth)
        : keys(keys), keepsUnknown(keepsUnknown), line(line), lineEnd(line + length), place(places),
          placesOfLine(places), placesEnd(places + count), nodes(nodes), text(text),
          backslash(text == nullptr ? lineEnd : line), maximumDepth(maximumDepth) {}

    static size_t nodeCapacity(size_t places, size_t maximumDepth) { return (places + maximumDepth) / 2 + 8; }

    /// Reads the line; `count` becomes the number of its nodes.
    int run(size_t &count) {
        int status = value<true>(1);
        count = size;
        if (status != rh_json_ok) return status;
        if (place != placesEnd) return rh_json_trailing;
        if (nodes[0].kind == rh_json_object) return rh_json_ok;
        fault = line + placesOfLine[0];
        return rh_json_not_an_object;
    }

    /// Where the fault is that ended `run`: the first byte of the token, or the line's end.
    size_t faultOffset() const {
        if (fault != nullptr) return static_cast<size_t>(fault - line);
        return static_cast<size_t>((atEnd() ? lineEnd : line + *place) - line);
    }

private:
    const KeyTable &keys;
    const bool keepsUnknown;
    const uint8_t *const line, *const lineEnd;
    const uint32_t *place, *const placesOfLine, *const placesEnd;
    rh_json_node *const nodes;
    uint32_t size = 0;
    /// Where the next string with escapes is written to.
    uint8_t *text;
    /// The first backslash after the start of the string that was searched last, or the line's end.
    const uint8_t *backslash;
    const size_t maximumDepth;
    /// The token with the fault, if the walk has passed it already.
    const uint8_t *fault = nullptr;

    bool atEnd() const { return place == placesEnd; }
    /// The byte at the place, which is not `atEnd`.
    uint8_t peek() const { return line[*place]; }

    template <bool keep> void leave(uint8_t kind, const uint8_t *start, size_t length) {
        if (!keep) return;
        nodes[size] = {start, static_cast<uint32_t>(length), size + 1, -1, kind};
        size++;
    }

    template <bool keep> int value(size_t depth) {
        if (atEnd()) return rh_json_cut_off;
        switch (peek()) {
        case '"': return string<keep>();
        case '{': return container<keep, true>(depth);
        case '[': return container<keep, false>(depth);
        case 't': return word<keep>(rh_json_true, "true", 4);
        case 'f': return word<keep>(rh_json_false, "false", 5);
        case 'n': return word<keep>(rh_json_null, "null", 4);
        case '}':
        case ']':
        case ',':
        case ':': return rh_json_structure;
        case '-':
        case '+':
        case '.':
        case '0':
        case '1':
        case '2':
        case '3':
        case '4':
        case '5':
        case '6':
        case '7':
        case '8':
        case '9': return number<keep>();
        default: return rh_json_invalid_literal;
        }
    }

    template <bool keep> int word(uint8_t kind, const char *spelling, size_t length) {
        const uint8_t *start = line + *place, *end = line + place[1];
        token::Fault result = token::readWord(start, end, spelling, length);
        place++;
        if (result != token::Fault::none) return scalarFault(result, start, rh_json_invalid_literal);
        leave<keep>(kind, nullptr, 0);
        return rh_json_ok;
    }

    template <bool keep> int number() {
        const uint8_t *start = line + *place, *end = line + place[1], *stop = end;
        token::Fault result = token::readNumber(start, end, stop);
        place++;
        if (result != token::Fault::none) return scalarFault(result, start, rh_json_invalid_number);
        if (stop != end && !token::onlySpace(stop, end)) return scalarFault(result, start, rh_json_invalid_number);
        leave<keep>(rh_json_number, start, static_cast<size_t>(stop - start));
        return rh_json_ok;
    }

    int scalarFault(token::Fault result, const uint8_t *start, int invalid) {
        fault = start;
        return result == token::Fault::cutOff && atEnd() ? static_cast<int>(rh_json_cut_off) : invalid;
    }

    template <bool keep> int string() {
        const uint8_t *start, *end;
        if (!readString(start, end)) return rh_json_invalid_escape;
        leave<keep>(rh_json_string, start, static_cast<size_t>(end - start));
        return rh_json_ok;
    }

    /// Gives a string's bytes with escapes resolved; false if an escape is invalid.
    bool readString(const uint8_t *&start, const uint8_t *&end) {
        start = line + *place + 1;
        end = line + place[1] - 1;
        place++;
        while (*end != '"') end--;
        return backslash >= end || unescapeAny(start, end);
    }

    /// Looks for the next backslash, and resolves the escapes of the string if the backslash is in it.
    bool unescapeAny(const uint8_t *&start, const uint8_t *&end) {
        if (backslash < start) {
            auto found = std::memchr(start, '\\', static_cast<size_t>(lineEnd - start));
            backslash = found == nullptr ? lineEnd : static_cast<const uint8_t *>(found);
            if (backslash >= end) return true;
        }
        uint8_t *last = token::unescape(start, end, text);
        if (last == nullptr) {
            fault = start - 1;
            return false;
        }
        start = text;
        end = text = last;
        return true;
    }

    template <bool keep, bool isObject> int container(size_t depth) {
        if (depth > maximumDepth) return rh_json_too_deep;
        uint32_t own = size;
        leave<keep>(isObject ? rh_json_object : rh_json_array, nullptr, 0);
        place++;
        constexpr uint8_t closing = isObject ? '}' : ']';
        if (atEnd()) return rh_json_cut_off;
        if (peek() != closing) {
            while (true) {
                int status = isObject ? member<keep>(depth) : value<keep>(depth + 1);
                if (status != rh_json_ok) return status;
                if (atEnd()) return rh_json_cut_off;
                uint8_t separator = peek();
                if (separator == closing) break;
                if (separator != ',') return rh_json_structure;
                place++;
            }
        }
        place++;
        if (keep) nodes[own].next = size;
        return rh_json_ok;
    }

    template <bool keep> int member(size_t depth) {
        if (atEnd()) return rh_json_cut_off;
        if (peek() != '"') return rh_json_structure;
        const uint8_t *start, *end;
        if (!readString(start, end)) return rh_json_invalid_escape;
        if (atEnd()) return rh_json_cut_off;
        if (peek() != ':') return rh_json_structure;
        place++;
        if (!keep) return value<false>(depth + 1);
        uint32_t length = static_cast<uint32_t>(end - start);
        int16_t key = keys.find(start, length);
        if (key < 0 && !keepsUnknown) return value<false>(depth + 1);
        uint32_t own = size++;
        int status = value<true>(depth + 1);
        nodes[own] = {start, length, size, key, rh_json_key};
        return status;
    }
};

#endif
