import Glibc
import JSON

/// Finds the members of an object whose key comes again later, in time that no object can make long.
struct RepeatedKeys {
    /// A key with what tells it from most others.
    private struct Key {
        let name: UnsafeRawBufferPointer
        /// Its length, and its first and last bytes.
        let signature: UInt64
        /// Its place among the members.
        let place: Int

        @inline(__always)
        init(_ name: UnsafeRawBufferPointer, place: Int) {
            self.name = name
            self.place = place
            var signature = UInt64(truncatingIfNeeded: name.count) << 32
            if name.count >= 4 {
                signature ^= UInt64(name.loadUnaligned(as: UInt32.self))
                signature ^= UInt64(name.loadUnaligned(fromByteOffset: name.count - 4, as: UInt32.self)) << 16
            } else {
                for byte in name { signature = signature << 8 ^ UInt64(byte) }
            }
            self.signature = signature
        }

        @inline(__always)
        func isSame(as other: Key) -> Bool {
            signature == other.signature && name.hasSameBytes(as: other.name)
        }

        /// Orders keys by length, then by their bytes, then by place.
        func isBefore(_ other: Key) -> Bool {
            if name.count != other.name.count { return name.count < other.name.count }
            guard let base = name.baseAddress, let otherBase = other.name.baseAddress else {
                return place < other.place
            }
            let order = memcmp(base, otherBase, name.count)
            return order == 0 ? place < other.place : order < 0
        }
    }

    /// Objects of up to so many members are compared each with each.
    private static let few = 32
    /// The keys of the objects that are being looked at; memory that is used again.
    private var keys: [Key] = []

    init() { keys.reserveCapacity(Self.few) }

    /// The places of the members whose key comes again later in the object; empty for nearly all objects.
    mutating func places(in object: JSONValue) -> Set<Int> {
        keys.removeAll(keepingCapacity: keys.capacity < 1024)
        var repeated: Set<Int> = []
        for member in object.members {
            let key = Key(member.name, place: keys.count)
            if keys.count < Self.few {
                for other in keys where other.isSame(as: key) { repeated.insert(other.place) }
            }
            keys.append(key)
        }
        guard keys.count > Self.few else { return repeated }
        keys.sort { $0.isBefore($1) }
        for (key, next) in zip(keys, keys.dropFirst()) where key.isSame(as: next) { repeated.insert(key.place) }
        return repeated
    }
}
