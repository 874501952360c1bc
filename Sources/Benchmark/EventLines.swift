import Domain
import Foundation

/// Writes the lines of a folder's files into one file that is not compressed.
enum EventLines {
    /// Writes the file.
    ///
    /// - Returns: how many lines it has.
    static func write(folder: String, to path: String) throws -> PartResult {
        guard let file = fopen(path, "wb") else { throw BenchError("\(path) cannot be written") }
        defer { fclose(file) }
        var result = PartResult()
        try EventFiles(folder: folder).forEachChunk { chunk in
            for line in chunk.lines {
                let bytes = chunk.buffer.bytes(at: Int(line.span.offset), count: Int(line.span.length))
                guard fwrite(bytes.baseAddress, 1, bytes.count, file) == bytes.count, putc(10, file) == 10 else {
                    throw BenchError("\(path) cannot be written")
                }
            }
            result.lines += chunk.lines.count
        }
        guard fflush(file) == 0 else { throw BenchError("\(path) cannot be written") }
        return result
    }
}
