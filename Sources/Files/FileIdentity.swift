import Hashing

/// What a file is known by: its bytes.
public struct FileIdentity: Hashable, Sendable {
    /// `xxh3:` and the 32 hexadecimal digits of XXH3-128 over the bytes as they are on disk, as `xxhsum -H2` prints it.
    public let key: String
    /// How many bytes there are.
    public let size: Int64

    /// The identity of a file, which is read from start to end.
    ///
    /// - Throws: when it cannot be opened or read.
    public init(path: String) throws(FileError) {
        let file = try OpenFile(reading: path)
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { piece.deallocate() }
        let hash = StreamingXXH3()
        var size: Int64 = 0
        while true {
            let count = try file.read(into: piece)
            if count == 0 { break }
            hash.update(UnsafeRawBufferPointer(rebasing: piece[..<count]))
            size += Int64(count)
        }
        self.key = "xxh3:" + withUnsafeBytes(of: hash.value.bigEndian) { Array($0).hexadecimal }
        self.size = size
    }
}
