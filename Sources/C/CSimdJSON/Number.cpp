#include "CSimdJSON.h"

#include <charconv>
#include <limits>
#include <system_error>

#include "Token.h"

namespace {

/// Exponents are read up to this size; a token has far fewer digits.
constexpr int64_t hugeExponent = int64_t(1) << 40;

int64_t readExponent(const char *at, const char *end) {
    bool isNegative = *at == '-';
    if (*at == '-' || *at == '+') at++;
    int64_t exponent = 0;
    for (; at < end && exponent < hugeExponent; at++) exponent = exponent * 10 + (*at - '0');
    return isNegative ? -exponent : exponent;
}

/// Whether a number outside a double's range is too large rather than too small: whether its first digit other than
/// zero is before the point after the exponent is applied.
bool isLarge(const char *at, const char *end) {
    int64_t position = 0;
    bool seenPoint = false, seenDigit = false;
    for (; at < end && *at != 'e' && *at != 'E'; at++) {
        if (*at == '.') {
            seenPoint = true;
        } else if (*at >= '0' && *at <= '9') {
            seenDigit = seenDigit || *at != '0';
            if (!seenPoint && seenDigit) position++;
            if (seenPoint && !seenDigit) position--;
        }
    }
    if (at < end) position += readExponent(at + 1, end);
    return position > 0;
}

} // namespace

bool rh_json_is_number(const uint8_t *bytes, size_t length) {
    const uint8_t *stop = bytes;
    return token::readNumber(bytes, bytes + length, stop) == token::Fault::none && stop == bytes + length;
}

double rh_json_nearest_double(const uint8_t *token, size_t length) {
    auto start = reinterpret_cast<const char *>(token);
    const char *end = start + length;
    double value = 0;
    auto result = std::from_chars(start, end, value);
    if (result.ec != std::errc::result_out_of_range) return value;
    double size = isLarge(start, end) ? std::numeric_limits<double>::infinity() : 0.0;
    return *start == '-' ? -size : size;
}
