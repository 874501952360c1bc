import Domain
import Glibc
import Hashing

/// Cuts a stream of bytes into chunks of lines (contract §2.1).
///
///     let reader = LineReader(try Decompression.stream(path: path), source: source)
///     while let chunk = try reader.next() { print(chunk.lines.count) }
///
/// Each chunk but the last ends after an LF. The bytes after the last LF of a chunk begin the next one.
public final class LineReader {
    /// The limits on the length of a line.
    public struct Limits: Sendable {
        /// The longest line that is kept as a whole, in bytes of content.
        public var longest: Int
        /// How many bytes of a longer line are kept.
        public var kept: Int

        /// Creates limits; by default those of the contract.
        public init(longest: Int = maximumLineLength, kept: Int = keptOfLongLine) {
            self.longest = longest
            self.kept = kept
        }
    }

    /// The usual size of a chunk in bytes of decompressed data.
    public static let defaultChunkSize = 1 << 20
    /// The usual greatest number of lines in a chunk. It limits the memory that a chunk of tiny lines needs after
    /// decoding.
    public static let mostLines = 16384

    private let stream: any ByteStream
    /// Recognizes files that are not NDJSON; nil after the check.
    private var kindCheck: UnsupportedKindCheck?
    private let source: Source
    private let snapshotDay: Int32
    private let chunkSize: Int
    private let mostLines: Int
    private let limits: Limits
    /// The position after the last line that was added to a chunk.
    private var position: FilePosition
    private var isPositioned: Bool
    /// The expected size of the next chunk in bytes.
    private var expectedSize: Int
    private var expectedLines = 0
    /// Bytes that were read for the next chunks; those before `carryStart` have been used.
    private let carry = ByteBuffer()
    private var carryStart = 0
    /// Whether `carry` has whole lines, because the previous chunk was full.
    private var carriesLines = false
    private var isStreamAtEnd = false
    private var isFinished = false
    private var ending: Ending?

    /// The state for a plain file that may be read again when it has grown.
    struct Growth {
        /// The hash of all chunks that were returned so far.
        var hash: SourceHash
        /// Decides whether a last line without LF is read or left for a later run; nil reads every such line.
        var isWhole: ((UnsafeRawBufferPointer) throws -> Bool)?
    }

    /// How the last line ended.
    enum Ending {
        /// All bytes were read.
        case whole
        /// A last line without LF was left for a later run. A blank one needs no notice.
        case unfinished(isBlank: Bool)
    }

    private(set) var growth: Growth?
    /// How the last line ended; nil before the last chunk.
    var end: Ending? { isFinished ? ending ?? .whole : nil }
    /// Whether the stream has ended.
    var hasReadAll: Bool { isStreamAtEnd }

    /// Creates a reader of a stream.
    ///
    /// - Parameters:
    ///   - stream: the bytes, from the start of the file.
    ///   - source: the source that the lines belong to.
    ///   - snapshotDay: the snapshot date of movie documents, as days since 1970-01-01.
    ///   - start: the position to begin at: the start of the file, or the `end` of an earlier chunk. From there on the
    ///     reader gives the same lines, numbers and offsets as one that began at the start.
    ///   - chunkSize: the approximate size of a chunk in bytes.
    ///   - mostLines: the greatest number of lines in a chunk.
    ///   - expectedSize: the approximate size of the file in bytes, if known. Small files get small chunks.
    ///   - limits: the limits on the length of a line.
    ///   - kindCheck: recognizes files that are not NDJSON, each of which counts as one rejected line; nil reads
    ///     everything as lines.
    public init(
        _ stream: any ByteStream,
        source: Source,
        snapshotDay: Int32 = 0,
        start: FilePosition = FilePosition(),
        chunkSize: Int = LineReader.defaultChunkSize,
        mostLines: Int = LineReader.mostLines,
        expectedSize: Int64? = nil,
        limits: Limits = Limits(),
        kindCheck: UnsupportedKindCheck? = nil
    ) {
        let isChecked = kindCheck != nil && start.byteOffset == 0
        self.growth = nil
        self.stream = isChecked ? stream as? LookAheadStream ?? LookAheadStream(stream) : stream
        self.kindCheck = isChecked ? kindCheck : nil
        self.source = source
        self.snapshotDay = snapshotDay
        self.position = start
        self.isPositioned = start.byteOffset == 0
        self.chunkSize = max(1, chunkSize)
        self.mostLines = max(1, mostLines)
        self.expectedSize = Int(min(Int64(self.chunkSize), expectedSize ?? .max))
        self.limits = limits
    }

    /// Creates a reader of a plain file that may grow.
    ///
    /// - Parameter start: the position at which the stream begins.
    convenience init(
        growing stream: PlainStream, source: Source, snapshotDay: Int32, start: FilePosition, growth: Growth,
        chunkSize: Int, mostLines: Int, expectedSize: Int64?, kindCheck: UnsupportedKindCheck?
    ) {
        self.init(
            stream, source: source, snapshotDay: snapshotDay, start: start, chunkSize: chunkSize,
            mostLines: mostLines, expectedSize: expectedSize, kindCheck: kindCheck)
        self.growth = growth
        isPositioned = true
    }

    /// Returns the next chunk, or nil after the last one.
    ///
    /// - Throws: `FileError` when the disk cannot be read, or the stream ends before the start position.
    public func next() throws(FileError) -> LineChunk? {
        guard !isFinished else { return nil }
        if let chunk = try unsupportedChunk() { return chunk }
        try goToStart()
        let carried = carriedPiece()
        let size = carriesLines ? carried.count : max(expectedSize, carried.count)
        // One eighth more, for the texts that cleaning appends.
        let chunk = LineChunk(source: source, capacity: size + size / 8, start: position.opaque)
        chunk.buffer.append(carried)
        carryStart += carried.count
        let start = position.byteOffset
        var isHashed = false
        if carriesLines {
            _ = addLines(of: chunk, searchedUpTo: 0)
        } else {
            carry.truncate(to: 0)
            carryStart = 0
            isHashed = try fill(chunk)
        }
        if !isHashed { growth?.hash.update(chunk.buffer.bytes(at: 0, count: Int(position.byteOffset - start))) }
        expectedSize = chunkSize
        expectedLines = chunk.lines.count
        chunk.end = position.opaque
        chunk.sourceBytesRead = stream.sourceBytesRead
        chunk.isLast = isFinished
        return chunk
    }

    /// The only chunk of a file that is not NDJSON. Its end is the start of the file, because no line is read.
    private func unsupportedChunk() throws(FileError) -> LineChunk? {
        guard let kindCheck, let ahead = stream as? LookAheadStream else { return nil }
        self.kindCheck = nil
        guard let start = try UnsupportedStart(ahead, kindCheck, name: source.name) else { return nil }
        let chunk = LineChunk(source: source, capacity: start.raw.count, start: position.opaque)
        chunk.buffer.append(start.raw)
        add(.unsupported(start.message), to: chunk, at: 0, length: start.raw.count, number: 1, offset: start.offset)
        chunk.sourceBytesRead = stream.sourceBytesRead
        chunk.isLast = true
        isFinished = true
        return chunk
    }

    /// The carried bytes that belong to the next chunk: as many whole lines as fit, or all bytes when the last line is
    /// incomplete.
    private func carriedPiece() -> UnsafeRawBufferPointer {
        let rest = carry.bytes(at: carryStart, count: carry.count - carryStart)
        guard carriesLines else { return rest }
        var length = 0
        for _ in 0..<mostLines {
            guard let start = rest.baseAddress,
                let found = memchr(start + length, Int32(LineContent.lineFeed), rest.count - length)
            else {
                carriesLines = false
                return rest
            }
            length = UnsafeRawPointer(found) - start + 1
        }
        return UnsafeRawBufferPointer(rebasing: rest[..<length])
    }

    private func goToStart() throws(FileError) {
        guard !isPositioned else { return }
        let passed = try stream.skip(position.byteOffset)
        guard passed == position.byteOffset else {
            throw FileError(.read, source.name, .endsBeforeCheckpoint(position.byteOffset))
        }
        isPositioned = true
    }

    /// Reads until the chunk has at least one complete line, the stream ends, or a line exceeds the limit.
    ///
    /// - Returns: whether the chunk's bytes have been added to the hash already.
    private func fill(_ chunk: LineChunk) throws(FileError) -> Bool {
        let buffer = chunk.buffer
        var searched = 0
        stream.beginTurn()
        while true {
            try read(into: buffer, upTo: max(chunkSize, searched + chunkSize))
            let rest = addLines(of: chunk, searchedUpTo: searched)
            searched = buffer.count
            carriesLines = chunk.lines.count >= mostLines
            if isStreamAtEnd, !carriesLines {
                try addRest(of: chunk, from: rest)
                return false
            } else if rest > 0 {
                carry.append(buffer.bytes(at: rest, count: buffer.count - rest))
                buffer.truncate(to: rest)
                return false
            } else if buffer.count > limits.longest + LineContent.extraBytes {
                try skipLongLine(chunk)
                return true
            }
            // After a pause, the line continues in a new turn.
            stream.beginTurn()
        }
    }

    /// Reads until a buffer has `size` bytes, or the stream pauses or ends.
    private func read(into buffer: ByteBuffer, upTo size: Int) throws(FileError) {
        while buffer.count < size, !isStreamAtEnd {
            let before = buffer.count
            // First the expected size, then twice as much each time, so that a small file needs little memory.
            let room = min(size - before, max(expectedSize - before, before, 4096))
            try buffer.fill(upTo: room) { [stream] (target) throws(FileError) in try stream.read(into: target) }
            if stream.isPaused { return }
            isStreamAtEnd = buffer.count == before
        }
    }

    /// Adds the complete lines in the buffer to the chunk. The first `searched` bytes are known to have no LF.
    ///
    /// - Returns: the offset in the chunk's buffer at which the incomplete last line begins.
    private func addLines(of chunk: LineChunk, searchedUpTo searched: Int) -> Int {
        let base = UnsafeRawPointer(chunk.buffer.base)
        let end = base + chunk.buffer.count
        let offset = position.byteOffset
        var number = position.line
        var start = 0
        var search = base + searched
        chunk.lines.reserveCapacity(expectedLines + expectedLines / 8)
        while let found = memchr(search, Int32(LineContent.lineFeed), end - search) {
            search = UnsafeRawPointer(found) + 1
            number += 1
            if let content = LineContent.range(base, start, search - base - 1) {
                addLine(content, of: chunk, number: number, offset: offset)
            }
            start = search - base
            if chunk.lines.count >= mostLines { break }
        }
        position = FilePosition(line: number, byteOffset: offset + Int64(start))
        return start
    }

    /// Adds a line by the range of its content in the buffer. The buffer begins at `offset` of the decompressed stream.
    @inline(__always)
    private func addLine(_ content: Range<Int>, of chunk: LineChunk, number: Int64, offset: Int64) {
        let start = offset + Int64(content.lowerBound)
        if content.count <= limits.longest {
            let span = ByteRange(offset: content.lowerBound, length: content.count)
            chunk.lines.append(Line(span: span, number: number, byteOffset: start, snapshotDay: snapshotDay))
        } else {
            let bytes = chunk.buffer.bytes(at: content.lowerBound, count: content.count)
            let note = LineNote.tooLong(length: Int64(bytes.count), sha256: Digest.sha256(bytes).hexadecimal)
            add(note, to: chunk, at: content.lowerBound, length: limits.kept, number: number, offset: start)
        }
    }

    private func add(_ note: LineNote, to chunk: LineChunk, at place: Int, length: Int, number: Int64, offset: Int64) {
        let index = Int32(chunk.notes.count)
        chunk.notes.append(note)
        let span = ByteRange(offset: place, length: length)
        chunk.lines.append(Line(span: span, number: number, byteOffset: offset, snapshotDay: snapshotDay, note: index))
    }

    /// Adds what follows the last LF at the end of the stream: a last line, the piece of a line before damage, or
    /// nothing.
    private func addRest(of chunk: LineChunk, from start: Int) throws(FileError) {
        let count = chunk.buffer.count - start
        if let damage = stream.damage {
            let sha256 = count > limits.longest ? Digest.sha256(chunk.buffer.bytes(at: start, count: count)) : []
            addDamage(damage, of: chunk, at: start, length: Int64(count), sha256: sha256.hexadecimal)
        } else if count > 0, try leavesRest(of: chunk, from: start) {
            chunk.buffer.truncate(to: start)
            isFinished = true
            return
        } else if count > 0 {
            position.line += 1
            if let content = LineContent.range(chunk.buffer.base, start, chunk.buffer.count) {
                addLine(content, of: chunk, number: position.line, offset: position.byteOffset - Int64(start))
            }
        }
        position.byteOffset += Int64(count)
        isFinished = true
    }

    /// Whether a last line without LF is left for a later run.
    private func leavesRest(of chunk: LineChunk, from start: Int) throws(FileError) -> Bool {
        guard let isWhole = growth?.isWhole else { return false }
        let content = LineContent.range(chunk.buffer.base, start, chunk.buffer.count)
        if let content {
            do {
                if try isWhole(chunk.buffer.bytes(at: content.lowerBound, count: content.count)) { return false }
            } catch {
                // The parser ran out of memory, which says nothing about the line.
                throw FileError(.read, source.name, errno: ENOMEM)
            }
        }
        ending = .unfinished(isBlank: content == nil)
        return true
    }

    /// Adds damage as a line. Its content is the incomplete line before the damage, which has `length` bytes; the chunk
    /// may hold only the first of them.
    private func addDamage(_ damage: Damage, of chunk: LineChunk, at place: Int, length: Int64, sha256: String) {
        var words = damage.words
        var kept = Int(length)
        if length > limits.longest {
            kept = limits.kept
            words +=
                "; of the \(length) bytes before it that end in no LF, whose SHA-256 is \(sha256), the first \(kept) are kept"
        }
        position.line += 1
        add(.damage(words), to: chunk, at: place, length: kept, number: position.line, offset: position.byteOffset)
    }

    /// Reads the rest of a line that exceeds the limit, without keeping it. The chunk has only the start of that line.
    private func skipLongLine(_ chunk: LineChunk) throws(FileError) {
        let before = growth?.hash.copy()
        growth?.hash.update(chunk.buffer.bytes)
        var line = LongLine(chunk.buffer.bytes)
        chunk.buffer.truncate(to: line.start + limits.kept)
        let piece = ByteBuffer(capacity: chunkSize)
        var hasEnd = false
        while !hasEnd, !isStreamAtEnd {
            piece.truncate(to: 0)
            stream.beginTurn()
            try read(into: piece, upTo: chunkSize)
            let found = memchr(piece.base, Int32(LineContent.lineFeed), piece.count)
            hasEnd = found != nil
            let count = found.map { UnsafeRawPointer($0) - UnsafeRawPointer(piece.base) } ?? piece.count
            line.add(piece.bytes(at: 0, count: count))
            growth?.hash.update(piece.bytes(at: 0, count: hasEnd ? count + 1 : count))
            if hasEnd { carry.append(piece.bytes(at: count + 1, count: piece.count - count - 1)) }
        }
        let length = line.length
        if !hasEnd, let damage = stream.damage {
            addDamage(damage, of: chunk, at: 0, length: length, sha256: line.digestAtEnd())
        } else if !hasEnd, growth?.isWhole != nil, let before {
            // A whole JSON object is never so long, so the line is left for a later run.
            growth?.hash = before
            ending = .unfinished(isBlank: line.contentAtEnd() == nil)
            isFinished = true
            return
        } else {
            position.line += 1
            if let content = line.contentAtEnd() {
                let note = LineNote.tooLong(length: content.length, sha256: content.sha256)
                let offset = position.byteOffset + Int64(line.start)
                add(note, to: chunk, at: line.start, length: limits.kept, number: position.line, offset: offset)
            }
        }
        position.byteOffset += length + (hasEnd ? 1 : 0)
        isFinished = !hasEnd
    }
}
