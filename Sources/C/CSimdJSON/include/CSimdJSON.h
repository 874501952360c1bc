#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The kinds of nodes. The key of a member is a node of its own, before its value.
enum {
    rh_json_null = 0,
    rh_json_false = 1,
    rh_json_true = 2,
    rh_json_number = 3,
    rh_json_string = 4,
    rh_json_array = 5,
    rh_json_object = 6,
    rh_json_key = 7,
};

/// The result of parsing a line: rh_json_ok, what is wrong with the line, or rh_json_no_memory.
enum {
    rh_json_ok = 0,
    rh_json_empty,
    rh_json_not_an_object,
    rh_json_cut_off,
    rh_json_trailing,
    rh_json_invalid_utf8,
    rh_json_invalid_escape,
    rh_json_invalid_number,
    rh_json_invalid_literal,
    rh_json_control_character,
    rh_json_structure,
    rh_json_too_deep,
    rh_json_too_long,
    rh_json_no_memory,
};

/// One node of a parsed document, in document order.
typedef struct rh_json_node {
    /// A string or key: its unescaped bytes (in the line itself where it has no escape). A number: its token.
    const uint8_t *start;
    uint32_t length;
    /// The index of the node after this one's whole subtree; for a key, that after its value.
    uint32_t next;
    /// A key: its index in the list given at creation, or -1. Others: -1.
    int16_t key;
    uint8_t kind;
} rh_json_node;

typedef struct rh_json_parser rh_json_parser;

/// How many bytes after a line must be readable. Their values do not matter.
#define RH_JSON_PADDING 64

/// The longest line that is parsed, in bytes.
#define RH_JSON_MAXIMUM_LENGTH ((size_t)16 << 20)

/// Creates a parser that knows `count` keys by their index. With `keep_unknown` false, members with other keys are
/// validated and leave no node. `longest_line` is the longest line for which the parser may get memory: tests set it to
/// see what happens when memory runs out, others pass SIZE_MAX. Returns NULL when memory runs out.
rh_json_parser *rh_json_parser_create(const char *const *keys, size_t count, bool keep_unknown, size_t longest_line);
void rh_json_parser_destroy(rh_json_parser *parser);

/// Parses and validates one line. The nodes are valid until the next call; node 0 is the object, which is level 1 of
/// `max_depth` (at most 1024). Returns rh_json_ok, or what is wrong.
int rh_json_parse(rh_json_parser *parser, const uint8_t *line, size_t length, size_t max_depth,
                  const rh_json_node **nodes, size_t *count);

/// An offset that is not known.
#define RH_JSON_NO_OFFSET SIZE_MAX

/// Where the fault is that ended the last rh_json_parse: the offset of its token in bytes, or RH_JSON_NO_OFFSET.
size_t rh_json_fault_offset(const rh_json_parser *parser);
/// Releases the memory that only a very long line needed. The nodes are invalid afterwards.
void rh_json_release_long_line(rh_json_parser *parser);

/// The double nearest to a token of JSON's number grammar; infinite if it is too large.
double rh_json_nearest_double(const uint8_t *token, size_t length);

/// Whether the bytes are one number in JSON's grammar and nothing else.
bool rh_json_is_number(const uint8_t *bytes, size_t length);

/// Whether the bytes are valid UTF-8.
bool rh_json_valid_utf8(const uint8_t *bytes, size_t length);

/// The version of simdjson that this was compiled against. The version that it runs with cannot be told.
const char *rh_json_library_version(void);

/// The instruction set that simdjson chose for this processor, such as `haswell`.
const char *rh_json_library_kernel(void);

#ifdef __cplusplus
}
#endif
#endif
