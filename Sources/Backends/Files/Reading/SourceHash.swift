import Hashing

/// The SHA-256 of a file's own (compressed) bytes, updated while they are read. It also makes a short hash of the first
/// bytes.
final class SourceHash {
    /// How many bytes the short hash covers at most.
    static let headLength = 256

    /// How many bytes have been added.
    private(set) var count: Int64 = 0
    private let hash: StreamingSHA256
    private var head: [UInt8] = []
    private var expected: (key: FileKey, bytes: Int64)?
    /// Whether the key at an expected length was another one; see `expect`.
    private(set) var isOther = false

    /// Creates the hash of no bytes.
    init() { hash = StreamingSHA256() }

    private init(_ other: SourceHash) {
        hash = other.hash.copy()
        count = other.count
        head = other.head
    }

    /// A copy of the hash; both go on independently.
    func copy() -> SourceHash { SourceHash(self) }

    /// Sets the key that the hash must have after `bytes` bytes; otherwise `isOther` becomes true. Must be called
    /// before any byte is added.
    func expect(_ key: FileKey, at bytes: Int64) { expected = (key, bytes) }

    /// Adds the next bytes.
    func update(_ bytes: UnsafeRawBufferPointer) {
        if bytes.isEmpty { return }
        if let expected, expected.bytes <= count + Int64(bytes.count) {
            self.expected = nil
            let first = Int(expected.bytes - count)
            update(UnsafeRawBufferPointer(rebasing: bytes[..<first]))
            isOther = key != expected.key
            return update(UnsafeRawBufferPointer(rebasing: bytes[first...]))
        }
        if head.count < SourceHash.headLength { head += bytes.prefix(SourceHash.headLength - head.count) }
        hash.update(bytes)
        count += Int64(bytes.count)
    }

    /// The key of all bytes that were added so far.
    var key: FileKey { FileKey(hash.current) }

    /// The short hash of the first bytes.
    var headHash: Int64 { head.withUnsafeBytes { SourceHash.headHash($0) } }

    /// The short hash of a file's first bytes, of which at most `headLength` are used.
    static func headHash(_ bytes: UnsafeRawBufferPointer) -> Int64 {
        Int64(bitPattern: XXH3.hash64(UnsafeRawBufferPointer(rebasing: bytes.prefix(headLength))))
    }
}

/// The SHA-256 by which a file is recognized, in 32 bytes. Its text is `sha256:` and 64 hexadecimal digits.
struct FileKey: Hashable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// Creates a key from the 32 bytes of a digest.
    init(_ digest: [UInt8]) {
        words = digest.withUnsafeBytes { bytes in
            func word(_ index: Int) -> UInt64 {
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
            }
            return (word(0), word(1), word(2), word(3))
        }
    }

    /// Creates a key from its text; nil when the text is not a key.
    init?(text: String) {
        guard text.hasPrefix(FileKey.prefix) else { return nil }
        let digits = text.dropFirst(FileKey.prefix.count)
        guard digits.utf8.count == 64 else { return nil }
        func word(_ index: Int) -> UInt64? {
            let start = digits.utf8.index(digits.startIndex, offsetBy: index * 16)
            return UInt64(digits[start..<digits.utf8.index(start, offsetBy: 16)], radix: 16)
        }
        guard let first = word(0), let second = word(1), let third = word(2), let fourth = word(3) else { return nil }
        words = (first, second, third, fourth)
    }

    private static let prefix = "sha256:"

    /// The key as text.
    var text: String {
        let bytes = [words.0, words.1, words.2, words.3].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - $0 * 8)) }
        }
        return FileKey.prefix + bytes.hexadecimal
    }

    static func == (left: FileKey, right: FileKey) -> Bool { left.words == right.words }

    func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}
