import Domain
import Glibc
import Hashing

/// Cuts a stream of bytes into chunks of lines (contract §2.1).
///
/// A chunk ends after an LF, but for the last one. What is left after the last LF opens the next chunk.
public final class LineReader {
    /// How long a line may be.
    public struct Limits: Sendable {
        /// The longest line that is held, in bytes of content.
        public var longest: Int
        /// How much of a longer one is kept.
        public var kept: Int

        /// Limits; the contract's unless told.
        public init(longest: Int = maximumLineLength, kept: Int = keptOfLongLine) {
            self.longest = longest
            self.kept = kept
        }
    }

    /// The usual size of a chunk in bytes of decompressed data.
    public static let defaultChunkSize = 1 << 20
    /// The most lines of a chunk, so that tiny lines take no more memory than others once they are decoded.
    public static let mostLines = 16384

    private let stream: any ByteStream
    /// What tells other kinds of files; nil once it has told.
    private var kindCheck: UnsupportedKindCheck?
    private let source: Source
    private let snapshotDay: Int32
    private let chunkSize: Int
    private let limits: Limits
    /// After the last line that is taken.
    private var position: FilePosition
    private var isPositioned: Bool
    /// How large the next chunk is expected to be.
    private var expectedSize: Int
    private var expectedLines = 0
    /// What is read and belongs to the next chunks, from `carryStart` on.
    private let carry = ByteBuffer()
    private var carryStart = 0
    /// Whether what is carried has whole lines, which the chunk before had no room for.
    private var carriesLines = false
    private var isStreamAtEnd = false
    private var isFinished = false
    private var ending: Ending?

    /// What concerns a plain file that may be read again when it is longer.
    struct Growth {
        /// What takes in the bytes of all chunks, up to the end of the last one that was given.
        var hash: SourceHash
        /// Whether a last line without LF is read; else it is left. Nil reads it as it is.
        var isWhole: ((UnsafeRawBufferPointer) throws -> Bool)?
    }

    /// How a reader came to its end.
    enum Ending {
        /// All bytes were taken.
        case whole
        /// A last line without an end is left; nothing is to be said of one that is blank.
        case unfinished(isBlank: Bool)
    }

    private(set) var growth: Growth?
    /// How it came to its end; nil before.
    var end: Ending? { isFinished ? ending ?? .whole : nil }
    /// Whether the stream has given all its bytes.
    var hasReadAll: Bool { isStreamAtEnd }

    /// A reader of a stream.
    ///
    /// - Parameters:
    ///   - stream: the bytes, from their start.
    ///   - source: what the lines are of.
    ///   - snapshotDay: the snapshot date of movie documents, as days since 1970-01-01.
    ///   - start: where to begin: the start, or the `end` of a chunk, after which all is as it would have been.
    ///   - chunkSize: about how many bytes a chunk has.
    ///   - expectedSize: about how many bytes there are in all, where that is known: small sources get small chunks.
    ///   - limits: how long a line may be.
    ///   - kindCheck: what tells files that are not NDJSON, each of which is one rejected line; nil reads all as lines.
    public init(
        _ stream: any ByteStream,
        source: Source,
        snapshotDay: Int32 = 0,
        start: FilePosition = FilePosition(),
        chunkSize: Int = LineReader.defaultChunkSize,
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
        self.expectedSize = Int(min(Int64(self.chunkSize), expectedSize ?? .max))
        self.limits = limits
    }

    /// A reader of a plain file that may grow.
    ///
    /// - Parameter start: where the stream begins.
    convenience init(
        growing stream: PlainStream, source: Source, snapshotDay: Int32, start: FilePosition, growth: Growth,
        chunkSize: Int,
        expectedSize: Int64?, kindCheck: UnsupportedKindCheck?
    ) {
        self.init(
            stream, source: source, snapshotDay: snapshotDay, start: start, chunkSize: chunkSize,
            expectedSize: expectedSize, kindCheck: kindCheck)
        self.growth = growth
        isPositioned = true
    }

    /// The next chunk; nil after the last.
    ///
    /// - Throws: when the disk cannot be read, or the stream ends before the start.
    public func next() throws(FileError) -> LineChunk? {
        guard !isFinished else { return nil }
        if let chunk = try unsupportedChunk() { return chunk }
        try goToStart()
        let carried = carriedPiece()
        let size = carriesLines ? carried.count : max(expectedSize, carried.count)
        // An eighth more, for the texts that cleaning adds.
        let chunk = LineChunk(source: source, capacity: size + size / 8, start: position.opaque)
        chunk.buffer.append(carried)
        carryStart += carried.count
        let start = position.byteOffset
        var isHashed = false
        if carriesLines {
            _ = takeLines(of: chunk, searchedUpTo: 0)
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

    /// The only chunk of a file that is not NDJSON; its position is the start, since no line of it is read.
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

    /// What is carried for the next chunk: as many lines as it may have, or all of the rest, to be read on.
    private func carriedPiece() -> UnsafeRawBufferPointer {
        let rest = carry.bytes(at: carryStart, count: carry.count - carryStart)
        guard carriesLines else { return rest }
        var length = 0
        for _ in 0..<LineReader.mostLines {
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

    /// Reads until the chunk has a line's end, or the stream ends, or a line is too long to go on.
    ///
    /// - Returns: whether the chunk's bytes are in the hash already.
    private func fill(_ chunk: LineChunk) throws(FileError) -> Bool {
        let buffer = chunk.buffer
        var searched = 0
        stream.beginTurn()
        while true {
            try read(into: buffer, upTo: max(chunkSize, searched + chunkSize))
            let rest = takeLines(of: chunk, searchedUpTo: searched)
            searched = buffer.count
            carriesLines = chunk.lines.count >= LineReader.mostLines
            if isStreamAtEnd, !carriesLines {
                try takeRest(of: chunk, from: rest)
                return false
            } else if rest > 0 {
                carry.append(buffer.bytes(at: rest, count: buffer.count - rest))
                buffer.truncate(to: rest)
                return false
            } else if buffer.count > limits.longest + LineContent.extraBytes {
                try passLongLine(chunk)
                return true
            }
            // The line goes on after a pause.
            stream.beginTurn()
        }
    }

    /// Reads on until a buffer has `size` bytes, or the stream pauses or ends.
    private func read(into buffer: ByteBuffer, upTo size: Int) throws(FileError) {
        while buffer.count < size, !isStreamAtEnd {
            let before = buffer.count
            // What was expected, and then twice as much each time: a small source is to cost little.
            let room = min(size - before, max(expectedSize - before, before, 4096))
            try buffer.fill(upTo: room) { [stream] (target) throws(FileError) in try stream.read(into: target) }
            if stream.isPaused { return }
            isStreamAtEnd = buffer.count == before
        }
    }

    /// Takes the lines that end in an LF, the first of which may have been searched for it in part.
    ///
    /// - Returns: where the rest begins in the chunk's buffer.
    private func takeLines(of chunk: LineChunk, searchedUpTo searched: Int) -> Int {
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
                take(content, of: chunk, number: number, offset: offset)
            }
            start = search - base
            if chunk.lines.count >= LineReader.mostLines { break }
        }
        position = FilePosition(line: number, byteOffset: offset + Int64(start))
        return start
    }

    /// Takes a line by its place in the buffer, whose first byte has the offset told.
    @inline(__always)
    private func take(_ content: Range<Int>, of chunk: LineChunk, number: Int64, offset: Int64) {
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

    /// Takes what is left after the last LF when the stream ends: a line, a piece of one that damage ends, or nothing.
    private func takeRest(of chunk: LineChunk, from start: Int) throws(FileError) {
        let count = chunk.buffer.count - start
        if let damage = stream.damage {
            let sha256 = count > limits.longest ? Digest.sha256(chunk.buffer.bytes(at: start, count: count)) : []
            takeDamage(damage, of: chunk, at: start, length: Int64(count), sha256: sha256.hexadecimal)
        } else if count > 0, try leavesRest(of: chunk, from: start) {
            chunk.buffer.truncate(to: start)
            isFinished = true
            return
        } else if count > 0 {
            position.line += 1
            if let content = LineContent.range(chunk.buffer.base, start, chunk.buffer.count) {
                take(content, of: chunk, number: position.line, offset: position.byteOffset - Int64(start))
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
                // A line that cannot be parsed for lack of memory says nothing about the file.
                throw FileError(.read, source.name, errno: ENOMEM)
            }
        }
        ending = .unfinished(isBlank: content == nil)
        return true
    }

    /// Takes damage as a line, whose content is what was left over: `length` bytes, of which the chunk may have only
    /// the first.
    private func takeDamage(_ damage: Damage, of chunk: LineChunk, at place: Int, length: Int64, sha256: String) {
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

    /// Passes the rest of a line that is too long to hold, whose start is all that the chunk has.
    private func passLongLine(_ chunk: LineChunk) throws(FileError) {
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
            line.take(piece.bytes(at: 0, count: count))
            growth?.hash.update(piece.bytes(at: 0, count: hasEnd ? count + 1 : count))
            if hasEnd { carry.append(piece.bytes(at: count + 1, count: piece.count - count - 1)) }
        }
        let length = line.length
        if !hasEnd, let damage = stream.damage {
            takeDamage(damage, of: chunk, at: 0, length: length, sha256: line.digestAtEnd())
        } else if !hasEnd, growth?.isWhole != nil, let before {
            // Longer than any whole object.
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
