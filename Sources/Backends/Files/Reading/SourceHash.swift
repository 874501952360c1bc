import Hashing

/// The SHA-256 of a file's own bytes as they are read, from its first byte on.
final class SourceHash {
    /// Of how many bytes the short hash is, at most.
    static let headLength = 256

    /// How many bytes were taken in.
    private(set) var count: Int64 = 0
    private let hash: StreamingSHA256
    private var head: [UInt8] = []
    private var expected: (key: FileKey, bytes: Int64)?
    /// Whether the bytes that were expected did not come.
    private(set) var isOther = false

    /// A hash of nothing yet.
    init() { hash = StreamingSHA256() }

    private init(_ other: SourceHash) {
        hash = other.hash.copy()
        count = other.count
        head = other.head
    }

    /// Another hash of the same bytes; each goes on by itself.
    func copy() -> SourceHash { SourceHash(self) }

    /// Says what the key is to be when so many bytes are taken in, none of which is yet; else `isOther`.
    func expect(_ key: FileKey, at bytes: Int64) { expected = (key, bytes) }

    /// Takes in the next bytes.
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

    /// What was taken in so far, as a source's key.
    var key: FileKey { FileKey(hash.current) }

    /// The short hash of the first bytes.
    var headHash: Int64 { head.withUnsafeBytes { SourceHash.headHash($0) } }

    /// The short hash of a file's first bytes, of which at most `headLength` count.
    static func headHash(_ bytes: UnsafeRawBufferPointer) -> Int64 {
        Int64(bitPattern: XXH3.hash64(UnsafeRawBufferPointer(rebasing: bytes.prefix(headLength))))
    }
}

/// A SHA-256 that a file is known by, in 32 bytes; as text it is `sha256:` and 64 hexadecimal digits.
struct FileKey: Hashable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// The key of the 32 bytes of a digest.
    init(_ digest: [UInt8]) {
        words = digest.withUnsafeBytes { bytes in
            func word(_ index: Int) -> UInt64 {
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
            }
            return (word(0), word(1), word(2), word(3))
        }
    }

    /// The key that a text is; nil when it is none.
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
