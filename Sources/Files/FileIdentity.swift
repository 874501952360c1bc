import Hashing

/// What a file is known by: its bytes.
public struct FileIdentity: Hashable, Sendable {
    /// `sha256:` and the 64 hexadecimal digits of SHA-256 over the bytes as they are on disk, as `sha256sum` prints it.
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
        let hash = StreamingSHA256()
        var size: Int64 = 0
        while true {
            let count = try file.read(into: piece)
            if count == 0 { break }
            hash.update(UnsafeRawBufferPointer(rebasing: piece[..<count]))
            size += Int64(count)
        }
        self.key = "sha256:" + hash.finish().hexadecimal
        self.size = size
    }
}
