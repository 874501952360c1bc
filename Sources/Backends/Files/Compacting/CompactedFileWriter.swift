import Domain
import Glibc
import Hashing

/// Writes a compacted file under a temporary name, and reads it back before it counts.
final class CompactedFileWriter: CompactWriter {
    private let path: String
    private let name: String
    private let day: CompactedDay
    private let previous: SourceIdentity?
    private let file: OpenFile
    private let writer: SeekableWriter
    private let content = StreamingSHA256()

    init(_ path: String, name: String, day: CompactedDay, previous: SourceIdentity?) throws(FileError) {
        self.path = path
        self.name = name
        self.day = day
        self.previous = previous
        file = try OpenFile(creating: path, as: name)
        writer = try SeekableWriter(file)
    }

    func add(_ line: UnsafeRawBufferPointer) throws {
        content.update(line)
        withUnsafeBytes(of: LineContent.lineFeed) { content.update($0) }
        try writer.add(line)
    }

    func finish() throws -> CompactedFile {
        try writer.finish()
        try file.sync()
        try file.close()
        let hash = try verified()
        let mark = SourceMark(
            identity: SourceIdentity(port: .events, key: hash.key.text), bytes: hash.count, head: hash.headHash)
        return CompactedFile(
            day: day, name: name, mark: mark,
            end: FilePosition(line: writer.lines, byteOffset: writer.contentSize).opaque, lines: writer.lines,
            size: hash.count, previous: previous)
    }

    /// Reads the file as a run does, and compares lines and bytes with what was written.
    ///
    /// - Returns: the hash of the file's own bytes, as they were read.
    private func verified() throws -> SourceHash {
        let fault = { [name] (how: String) in CompactFolderError.notAsWritten(path: name, how: how) }
        guard let table = try SeekTable(of: OpenFile(reading: path, as: name)), table == writer.table else {
            throw fault("its index is another one")
        }
        let hash = SourceHash()
        let input = SourceInput(try OpenFile(reading: path, as: name), hash: hash)
        let stream = try Decompression.stream(input)
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
        defer { memory.deallocate() }
        let read = StreamingSHA256()
        var (lines, size): (Int64, Int64) = (0, 0)
        while true {
            let count = try stream.read(into: memory)
            if count == 0 { break }
            let bytes = UnsafeRawBufferPointer(rebasing: memory[..<count])
            read.update(bytes)
            size += Int64(count)
            for byte in bytes where byte == LineContent.lineFeed { lines += 1 }
        }
        try input.passRest()
        if let damage = stream.damage { throw fault(damage.what) }
        guard lines == writer.lines, size == writer.contentSize, size == table.decompressedSize,
            read.finish() == content.finish()
        else { throw fault("it has \(lines) lines and \(size) bytes, or others than were written") }
        return hash
    }
}
