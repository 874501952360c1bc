#include "CSimdJSON.h"

// Nothing here may throw through the C boundary.
#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include <cstdlib>
#include <memory>
#include <new>
#include <string>

#include "KeyTable.h"
#include "Walk.h"

namespace {

/// The buffers of lines up to this length are kept for the next line; those of a longer one are released.
constexpr size_t retainedLength = size_t(1) << 20;
constexpr size_t smallestCapacity = 16384;
constexpr size_t deepestLimit = 1024;

/// Memory that each line uses from its start. It is not copied when it grows.
template <typename Element> class Scratch {
public:
    Scratch() = default;
    Scratch(const Scratch &) = delete;
    Scratch &operator=(const Scratch &) = delete;
    ~Scratch() { std::free(memory); }

    Element *get() const { return memory; }

    bool reserve(size_t count) {
        if (count <= capacity) return true;
        release();
        size_t wanted = count < retainedLength ? count + count / 2 : count;
        memory = static_cast<Element *>(std::malloc(wanted * sizeof(Element)));
        if (memory != nullptr) capacity = wanted;
        return memory != nullptr;
    }

    void release() {
        std::free(memory);
        memory = nullptr;
        capacity = 0;
    }

private:
    Element *memory = nullptr;
    size_t capacity = 0;
};

int statusOf(simdjson::error_code error) {
    switch (error) {
    case simdjson::SUCCESS: return rh_json_ok;
    case simdjson::EMPTY: return rh_json_empty;
    case simdjson::UNCLOSED_STRING: return rh_json_cut_off;
    case simdjson::UNESCAPED_CHARS: return rh_json_control_character;
    case simdjson::UTF8_ERROR: return rh_json_invalid_utf8;
    case simdjson::MEMALLOC: return rh_json_no_memory;
    case simdjson::CAPACITY: return rh_json_too_long;
    default: return rh_json_structure;
    }
}

} // namespace

/// Uses simdjson's first stage, and `Walk` as the second. simdjson's own second stages do not fit: On-Demand does not
/// validate what is skipped, and the DOM refuses numbers that JSON allows (beyond 64 bits, beyond a double).
struct rh_json_parser {
    KeyTable keys;
    bool keepsUnknown = false;
    /// Lines longer than this get no memory; see `rh_json_parser_create`.
    size_t longestLine = SIZE_MAX;
    size_t capacity = 0;
    std::unique_ptr<simdjson::internal::dom_parser_implementation> stage;
    Scratch<rh_json_node> nodes;
    Scratch<uint8_t> text;
    size_t faultOffset = RH_JSON_NO_OFFSET;

    int parse(const uint8_t *line, size_t length, size_t maximumDepth, size_t &count) {
        faultOffset = RH_JSON_NO_OFFSET;
        if (length > RH_JSON_MAXIMUM_LENGTH) return rh_json_too_long;
        if (length == 0) return rh_json_empty;
        if (!makeRoom(length)) return rh_json_no_memory;
        int status = statusOf(stage->stage1(line, length, simdjson::stage1_mode::regular));
        if (status != rh_json_ok) return status;

        const uint32_t *places = stage->structural_indexes.get();
        size_t placeCount = stage->n_structural_indexes;
        if (!nodes.reserve(Walk::nodeCapacity(placeCount, maximumDepth))) return rh_json_no_memory;
        bool hasEscape = std::memchr(line, '\\', length) != nullptr;
        if (hasEscape && !text.reserve(length + RH_JSON_PADDING)) return rh_json_no_memory;
        Walk walk(keys, keepsUnknown, line, length, places, placeCount, nodes.get(),
                  hasEscape ? text.get() : nullptr, maximumDepth);
        status = walk.run(count);
        if (status != rh_json_ok) faultOffset = walk.faultOffset();
        // The places of the first stage are not needed any more, and may be four times as large as the line.
        if (capacity > retainedLength) releaseStage();
        return status;
    }

    /// Releases the memory that only a very long line needed.
    void releaseLongLine() {
        if (capacity > retainedLength) releaseStage();
        if (!isLong) return;
        nodes.release();
        text.release();
        isLong = false;
    }

private:
    /// Whether the nodes and the text may have the size of a very long line's.
    bool isLong = false;

    void releaseStage() {
        stage.reset();
        capacity = 0;
    }

    /// Makes the first stage large enough for the line, and releases the memory that only a very long line needed.
    bool makeRoom(size_t length) {
        if (length > longestLine) return false;
        if (length <= retainedLength) {
            releaseLongLine();
        } else {
            isLong = true;
        }
        if (length <= capacity) return true;
        size_t wanted = capacity < smallestCapacity ? smallestCapacity : capacity;
        while (wanted < length) wanted *= 2;
        stage.reset();
        capacity = 0;
        auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(
            wanted, deepestLimit, stage);
        if (error != simdjson::SUCCESS) return false;
        capacity = wanted;
        return true;
    }
};

rh_json_parser *rh_json_parser_create(const char *const *keys, size_t count, bool keep_unknown, size_t longest_line) {
    auto parser = new (std::nothrow) rh_json_parser;
    if (parser == nullptr) return nullptr;
    parser->keepsUnknown = keep_unknown;
    parser->longestLine = longest_line;
    if (!parser->keys.build(keys, count)) {
        delete parser;
        return nullptr;
    }
    return parser;
}

void rh_json_parser_destroy(rh_json_parser *parser) { delete parser; }

void rh_json_release_long_line(rh_json_parser *parser) { parser->releaseLongLine(); }

int rh_json_parse(rh_json_parser *parser, const uint8_t *line, size_t length, size_t max_depth,
                  const rh_json_node **nodes, size_t *count) {
    *nodes = nullptr;
    *count = 0;
    size_t size = 0;
    int status = parser->parse(line, length, max_depth < deepestLimit ? max_depth : deepestLimit, size);
    if (status != rh_json_ok) return status;
    *nodes = parser->nodes.get();
    *count = size;
    return rh_json_ok;
}

size_t rh_json_fault_offset(const rh_json_parser *parser) { return parser->faultOffset; }

bool rh_json_valid_utf8(const uint8_t *bytes, size_t length) {
    return length == 0 || simdjson::validate_utf8(reinterpret_cast<const char *>(bytes), length);
}

#define RH_TEXT_OF(token) #token
#define RH_TEXT(macro) RH_TEXT_OF(macro)

const char *rh_json_library_version(void) { return RH_TEXT(SIMDJSON_VERSION); }

const char *rh_json_library_kernel(void) {
    static const std::string name = simdjson::get_active_implementation()->name();
    return name.c_str();
}
