import Domain

/// What stands before a row in a run: the lengths of its key and of the row, 8 bytes each.
private let headBytes = 16

/// Writes sorted rows to a file without a name, compressed by zstd's fastest usual level.
final class SortedRunWriter {
    private let file: OpenFile
    private let encoder: ZstdEncoder
    private let block = ByteBuffer(capacity: 320 << 10)

    /// A run on the disk of a folder.
    init(in folder: String) throws {
        file = try OpenFile(anonymousIn: folder)
        encoder = try ZstdEncoder(level: 1)
    }

    /// Appends a row.
    func add(_ key: UnsafeRawBufferPointer, _ row: UnsafeRawBufferPointer) throws {
        withUnsafeBytes(of: (UInt64(key.count), UInt64(row.count))) { _ = block.append($0) }
        block.append(key)
        block.append(row)
        if block.count >= 256 << 10 { try flush() }
    }

    private func flush() throws {
        try encoder.write(block.bytes, to: file)
        block.truncate(to: 0)
    }

    /// Ends the run, and gives its file.
    func finish() throws -> OpenFile {
        try flush()
        try encoder.endFrame(to: file)
        return file
    }
}

/// Reads what `SortedRunWriter` wrote.
final class SortedRunReader {
    private let file: OpenFile
    private let stream: any ByteStream
    private var buffer = ByteBuffer(capacity: SortedRunReader.piece)
    /// Where the head of the row stands in the buffer that is the next one.
    private var start = 0
    private var lengths: (key: Int, row: Int) = (0, 0)
    /// Whether there is no row any more.
    private(set) var isAtEnd = false

    private static let piece = 128 << 10

    /// Reads a run from its begin.
    init(_ file: OpenFile) throws {
        self.file = file
        guard file.seek(to: 0) else { throw FileError(.read, file.path, .damaged("a sorted run cannot be read again")) }
        stream = try Decompression.stream(SourceInput(file, pieceSize: 64 << 10))
        try readHead()
    }

    /// The key of the next row; valid until the next call of `row` or `next`.
    var key: UnsafeRawBufferPointer { buffer.bytes(at: start + headBytes, count: lengths.key) }

    /// The next row, valid until `next`.
    func row() throws -> UnsafeRawBufferPointer {
        let place = headBytes + lengths.key
        guard try have(place + lengths.row) else { throw endedEarly }
        return buffer.bytes(at: start + place, count: lengths.row)
    }

    /// Goes on to the row after the next one, whose bytes `row` has given.
    func next() throws {
        start += headBytes + lengths.key + lengths.row
        try readHead()
    }

    private func readHead() throws {
        guard try have(headBytes) else {
            guard buffer.count == start, stream.damage == nil else { throw endedEarly }
            return isAtEnd = true
        }
        let head = buffer.bytes(at: start, count: headBytes)
        lengths = (
            Int(head.loadUnaligned(as: UInt64.self)), Int(head.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        )
        guard try have(headBytes + lengths.key) else { throw endedEarly }
    }

    private var endedEarly: FileError { FileError(.read, file.path, .damaged("a sorted run ends within a row")) }

    /// Reads until so many bytes are there from `start` on; false where there are fewer.
    private func have(_ count: Int) throws -> Bool {
        if buffer.count - start >= count { return true }
        // A buffer that held a long row is not kept.
        let rest = ByteBuffer(capacity: max(count, Self.piece))
        rest.append(buffer.bytes(at: start, count: buffer.count - start))
        (buffer, start) = (rest, 0)
        while buffer.count < count {
            let before = buffer.count
            try buffer.fill(upTo: buffer.capacity - before) { [stream] (space) throws(FileError) in
                try stream.read(into: space)
            }
            if buffer.count == before { return false }
        }
        return true
    }
}
