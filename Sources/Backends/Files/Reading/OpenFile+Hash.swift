import Hashing

extension OpenFile {
    /// Reads the file from its start, and hashes it.
    func hashed() throws(FileError) -> (bytes: Int64, sha256: String) {
        let hash = StreamingSHA256()
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
        defer { piece.deallocate() }
        var bytes: Int64 = 0
        while true {
            let count = try read(into: piece, at: bytes)
            if count == 0 { return (bytes, hash.finish().hexadecimal) }
            hash.update(UnsafeRawBufferPointer(rebasing: piece[..<count]))
            bytes += Int64(count)
        }
    }
}
