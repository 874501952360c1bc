import Domain
import Glibc

/// Reads one file. Each chunk carries a mark by which the ledger will recognize the file after that chunk.
final class FileReading {
    let source: Source
    private let reader: LineReader
    /// The file's own bytes; nil for a stream that another object opened.
    private let input: SourceInput?
    /// The file's identity without its key, which changes with each chunk; nil for a stream whose bytes can be read
    /// only once.
    private let identity: SourceIdentity?
    private let isPlain: Bool

    /// Reads standard input, a pipe or a device, which cannot be recognized later.
    init(stream file: OpenFile, _ source: Source, snapshotDay: Int32, _ chunkSize: ChunkSize) throws(FileError) {
        self.source = source
        let input = SourceInput(file)
        self.input = input
        identity = nil
        isPlain = false
        reader = LineReader(
            try Decompression.stream(input), source: source, snapshotDay: snapshotDay, chunkSize: chunkSize.bytes,
            mostLines: chunkSize.lines,
            kindCheck: UnsupportedKindCheck())
    }

    /// Reads a stream that was opened before, because its first bytes were examined and cannot be read again.
    init(opened: OpenedStream, _ source: Source, snapshotDay: Int32, _ chunkSize: ChunkSize) throws(FileError) {
        guard let stream = opened.take() else { throw FileError(.open, source.name, .readOnce) }
        self.source = source
        input = nil
        identity = nil
        isPlain = false
        reader = LineReader(
            stream, source: source, snapshotDay: snapshotDay, chunkSize: chunkSize.bytes, mostLines: chunkSize.lines,
            kindCheck: UnsupportedKindCheck())
    }

    /// Reads a file from its start, or from the position of the known source that it matches.
    init(
        _ lookup: FileLookup, from match: FileLookup.Match?, _ source: Source, snapshotDay: Int32,
        _ identity: SourceIdentity, isWholeLine: ((UnsafeRawBufferPointer) throws -> Bool)?, chunkSize: ChunkSize
    ) throws(FileError) {
        self.source = source
        self.identity = identity
        let file = lookup.file
        // Compressed lines become several times longer: a factor of four is a good estimate for small files.
        let size = lookup.size &* 4
        isPlain = lookup.compression == nil
        var start = match?.entry.position ?? FilePosition()
        guard isPlain else {
            let hash = SourceHash()
            if let match, match.entry.bytes != nil { hash.expect(match.entry.key, at: match.bytes) }
            let input = SourceInput(file, hash: hash)
            self.input = input
            reader = LineReader(
                try Decompression.stream(input), source: source, snapshotDay: snapshotDay, start: start,
                chunkSize: chunkSize.bytes, mostLines: chunkSize.lines, expectedSize: size,
                kindCheck: UnsupportedKindCheck())
            return
        }
        var hash = SourceHash()
        if let match, match.bytes == start.byteOffset {
            hash = match.hash
            if match.entry.isComplete { start.byteOffset += try FileReading.lineEnd(file, after: hash) }
        } else {
            // A row of an older version, whose key covers more than the bytes that were read.
            guard try FileLookup.addBytes(of: file, to: hash, upTo: start.byteOffset) else {
                throw FileError(.read, source.name, .endsBeforeCheckpoint(start.byteOffset))
            }
        }
        guard file.seek(to: start.byteOffset) else { throw FileError(.read, source.name, errno: errno) }
        let input = SourceInput(file, offset: start.byteOffset)
        self.input = input
        reader = LineReader(
            growing: PlainStream(input), source: source, snapshotDay: snapshotDay, start: start,
            growth: LineReader.Growth(hash: hash, isWhole: isWholeLine), chunkSize: chunkSize.bytes,
            mostLines: chunkSize.lines, expectedSize: size,
            kindCheck: UnsupportedKindCheck(leavesUnfinished: isWholeLine != nil))
    }

    /// The last line may have been read without an LF, because the file ended there. If only white space and an LF were
    /// appended to it since, they end that line: this function adds them to the hash and returns how many bytes they
    /// are.
    private static func lineEnd(_ file: OpenFile, after hash: SourceHash) throws(FileError) -> Int64 {
        if hash.count == 0 { return 0 }
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
        defer { memory.deallocate() }
        let last = UnsafeMutableRawBufferPointer(rebasing: memory[..<1])
        guard try file.read(into: last, at: hash.count - 1) == 1, last[0] != LineContent.lineFeed else { return 0 }
        let start = hash.count
        var end = start
        while true {
            let count = try file.read(into: memory, at: end)
            let bytes = UnsafeRawBufferPointer(rebasing: memory[..<count])
            let found = bytes.firstIndex(of: LineContent.lineFeed)
            guard count > 0, LineContent.isBlank(UnsafeRawBufferPointer(rebasing: bytes[..<(found ?? count)])) else {
                return 0
            }
            end += Int64(found.map { $0 + 1 } ?? count)
            if found != nil { break }
        }
        guard try FileLookup.addBytes(of: file, to: hash, upTo: end) else { return 0 }
        return end - start
    }

    /// Returns the next chunk, or nil after the last one.
    func next() throws(FileError) -> LineChunk? {
        guard let chunk = try reader.next() else { return nil }
        guard let identity, let input else { return chunk }
        if input.hash?.isOther == true { throw FileError(.read, source.name, .changed) }
        if chunk.isLast, case .unfinished(isBlank: false) = reader.end { chunk.notice = .unfinishedLine }
        chunk.mark = try mark(after: chunk, input, identity)
        return chunk
    }

    /// The mark by which the ledger recognizes the file after a chunk. For a plain file it covers the bytes up to the
    /// chunk's end, for a compressed one the bytes that were read so far. After the last chunk of a file that ends
    /// early, because it is damaged or not NDJSON, it covers all bytes.
    private func mark(
        after chunk: LineChunk, _ input: SourceInput, _ identity: SourceIdentity
    ) throws(FileError) -> SourceMark {
        var mayGrow = isPlain
        guard let hash = isPlain ? reader.growth?.hash : input.hash else {
            preconditionFailure("a file that has an identity has a hash")
        }
        if chunk.isLast {
            if !isPlain {
                try input.passRest()
            } else if case .whole = reader.end, FilePosition(chunk.end).byteOffset < input.offset || !reader.hasReadAll
            {
                mayGrow = false
                _ = try FileLookup.addBytes(of: input.file, to: hash, upTo: .max)
            }
        }
        var identity = identity
        identity.key = hash.key.text
        return SourceMark(identity: identity, bytes: hash.count, head: hash.headHash, mayGrow: mayGrow)
    }
}
