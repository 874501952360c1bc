import Domain
import Glibc

/// A file that is being read: its chunks, each with what the file is known by after it.
final class FileReading {
    let source: Source
    private let reader: LineReader
    /// The file's own bytes; nil for what was open already.
    private let input: SourceInput?
    /// What it is known by, but for the key; nil for a stream whose bytes come once.
    private let identity: SourceIdentity?
    private let isPlain: Bool

    /// Standard input, a pipe or a device, which nothing is known of.
    init(stream file: OpenFile, _ source: Source, snapshotDay: Int32, _ chunkSize: Int) throws(FileError) {
        self.source = source
        let input = SourceInput(file)
        self.input = input
        identity = nil
        isPlain = false
        reader = LineReader(
            try Decompression.stream(input), source: source, snapshotDay: snapshotDay, chunkSize: chunkSize,
            kindCheck: UnsupportedKindCheck())
    }

    /// What is open already, since its bytes come once and its first were looked at.
    init(opened: OpenedStream, _ source: Source, snapshotDay: Int32, _ chunkSize: Int) throws(FileError) {
        guard let stream = opened.take() else { throw FileError(.open, source.name, .readOnce) }
        self.source = source
        input = nil
        identity = nil
        isPlain = false
        reader = LineReader(
            stream, source: source, snapshotDay: snapshotDay, chunkSize: chunkSize, kindCheck: UnsupportedKindCheck())
    }

    /// A file, from its start or from where a known source that it is was left.
    init(
        _ lookup: FileLookup, from match: FileLookup.Match?, _ source: Source, snapshotDay: Int32,
        _ identity: SourceIdentity, isWholeLine: ((UnsafeRawBufferPointer) throws -> Bool)?, chunkSize: Int
    ) throws(FileError) {
        self.source = source
        self.identity = identity
        let file = lookup.file
        // Compressed lines are several times as long: four times is a good guess for small files.
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
                chunkSize: chunkSize, expectedSize: size, kindCheck: UnsupportedKindCheck())
            return
        }
        var hash = SourceHash()
        if let match, match.bytes == start.byteOffset {
            hash = match.hash
            if match.entry.isComplete { start.byteOffset += try FileReading.lineEnd(file, after: hash) }
        } else {
            // A row of an older version, whose key is of more than was read.
            guard try FileLookup.take(file, into: hash, upTo: start.byteOffset) else {
                throw FileError(.read, source.name, .endsBeforeCheckpoint(start.byteOffset))
            }
        }
        guard file.seek(to: start.byteOffset) else { throw FileError(.read, source.name, errno: errno) }
        let input = SourceInput(file, offset: start.byteOffset)
        self.input = input
        reader = LineReader(
            growing: PlainStream(input), source: source, snapshotDay: snapshotDay, start: start,
            growth: LineReader.Growth(hash: hash, isWhole: isWholeLine), chunkSize: chunkSize, expectedSize: size,
            kindCheck: UnsupportedKindCheck(leavesUnfinished: isWholeLine != nil))
    }

    /// How many bytes end a last line that was read without its LF, when nothing but white space came before the LF: no
    /// line of its own. They are taken into the hash.
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
        guard try FileLookup.take(file, into: hash, upTo: end) else { return 0 }
        return end - start
    }

    /// The next chunk; nil after the last.
    func next() throws(FileError) -> LineChunk? {
        guard let chunk = try reader.next() else { return nil }
        guard let identity, let input else { return chunk }
        if input.hash?.isOther == true { throw FileError(.read, source.name, .changed) }
        if chunk.isLast, case .unfinished(isBlank: false) = reader.end { chunk.notice = .unfinishedLine }
        chunk.mark = try mark(after: chunk, input, identity)
        return chunk
    }

    /// What the file is known by after a chunk: of a plain file the bytes up to the chunk's end, of another what was
    /// read of it. Of one that ends early, in damage or because it is no NDJSON, all bytes are meant.
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
                _ = try FileLookup.take(input.file, into: hash, upTo: .max)
            }
        }
        var identity = identity
        identity.key = hash.key.text
        return SourceMark(identity: identity, bytes: hash.count, head: hash.headHash, mayGrow: mayGrow)
    }
}
