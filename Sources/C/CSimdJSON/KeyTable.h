#ifndef RH_KEY_TABLE_H
#define RH_KEY_TABLE_H

#include <cstdint>
#include <cstdlib>
#include <cstring>

/// Finds the index of a key among a few dozen known ones.
///
/// Keys of up to 16 bytes are compared by their first and last 8 bytes alone, in two loads. What follows a key in
/// memory does not matter.
class KeyTable {
public:
    KeyTable() = default;
    KeyTable(const KeyTable &) = delete;
    KeyTable &operator=(const KeyTable &) = delete;
    ~KeyTable() {
        std::free(entries);
        std::free(slots);
        std::free(text);
    }

    /// Builds the table of the keys; false when memory runs out or there are too many keys.
    bool build(const char *const *keys, size_t count) {
        if (count > 8192) return false;
        size_t bytes = padding;
        for (size_t i = 0; i < count; i++) bytes += std::strlen(keys[i]);
        size_t size = 16;
        while (size < count * 8) size *= 2;
        mask = size - 1;
        entries = static_cast<Entry *>(std::calloc(count + 1, sizeof(Entry)));
        slots = static_cast<int16_t *>(std::malloc(size * sizeof(int16_t)));
        text = static_cast<uint8_t *>(std::calloc(bytes, 1));
        if (entries == nullptr || slots == nullptr || text == nullptr) return false;
        uint8_t *end = text;
        for (size_t i = 0; i < count; i++) {
            uint32_t length = static_cast<uint32_t>(std::strlen(keys[i]));
            std::memcpy(end, keys[i], length);
            entries[i] = {head(end, length), tail(end, length), end, length};
            end += length;
        }
        chooseMultiplier(count);
        return true;
    }

    /// The index of the key, or -1. Up to 8 bytes from `key` are read, however short it is.
    int16_t find(const uint8_t *key, uint32_t length) const {
        uint64_t first = head(key, length), last = tail(key, length);
        for (size_t slot = hash(first, last, length);; slot = (slot + 1) & mask) {
            int16_t index = slots[slot];
            if (index < 0) return -1;
            const Entry &entry = entries[index];
            if (entry.first == first && entry.last == last && entry.length == length &&
                (length <= 16 || std::memcmp(entry.key, key, length) == 0))
                return index;
        }
    }

private:
    struct Entry {
        uint64_t first, last;
        const uint8_t *key;
        uint32_t length;
    };

    static constexpr size_t padding = 8;

    Entry *entries = nullptr;
    int16_t *slots = nullptr;
    uint8_t *text = nullptr;
    size_t mask = 0;
    uint64_t multiplier = 1;

    static uint64_t load(const uint8_t *bytes) {
        uint64_t word;
        std::memcpy(&word, bytes, 8);
        return word;
    }
    static uint64_t head(const uint8_t *key, uint32_t length) {
        if (length >= 8) return load(key);
        return length == 0 ? 0 : load(key) << (64 - 8 * length);
    }
    static uint64_t tail(const uint8_t *key, uint32_t length) { return length >= 8 ? load(key + length - 8) : 0; }

    size_t hash(uint64_t first, uint64_t last, uint32_t length) const {
        uint64_t mixed = (first ^ (last * 0x9E3779B97F4A7C15u) ^ length) * multiplier;
        return (mixed ^ (mixed >> 32)) >> 20 & mask;
    }

    /// Fills the slots with the multiplier that causes the fewest collisions (usually none).
    void chooseMultiplier(size_t count) {
        uint64_t candidate = 0xD6E8FEB86659FD93u, best = candidate;
        size_t fewest = SIZE_MAX;
        for (int attempt = 0; attempt < 64 && fewest > 0; attempt++) {
            multiplier = candidate;
            size_t collisions = fill(count);
            if (collisions < fewest) {
                fewest = collisions;
                best = candidate;
            }
            candidate = candidate * 6364136223846793005u + 1442695040888963406u | 1;
        }
        multiplier = best;
        fill(count);
    }

    size_t fill(size_t count) {
        size_t collisions = 0;
        for (size_t slot = 0; slot <= mask; slot++) slots[slot] = -1;
        for (size_t i = 0; i < count; i++) {
            size_t slot = hash(entries[i].first, entries[i].last, entries[i].length);
            for (; slots[slot] >= 0; slot = (slot + 1) & mask) collisions++;
            slots[slot] = static_cast<int16_t>(i);
        }
        return collisions;
    }
};

#endif
