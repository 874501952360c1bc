import Domain
import Glibc

/// Finds out whether an open file is a known source, by comparing its first bytes with the keys in the ledger (contract
/// §2.1). It reads only as much of the file as the comparison needs.
struct FileLookup {
    /// A known source that the file begins with.
    struct Match {
        /// The index of the known source in `KnownFiles.entries`.
        let index: Int
        let entry: KnownFiles.Entry
        /// How many bytes of the file the key covers.
        let bytes: Int64
        /// The hash of these bytes, which can go on with the bytes that follow.
        let hash: SourceHash
    }

    let file: OpenFile
    /// The file's size at the time of opening.
    let size: Int64
    /// The file's first bytes, at most `SourceHash.headLength`.
    let head: [UInt8]

    /// Reads the first bytes of a file without moving the file's read position.
    init(_ file: OpenFile, size: Int64) throws(FileError) {
        self.file = file
        self.size = size
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: SourceHash.headLength, alignment: 16)
        defer { memory.deallocate() }
        var count = 0
        while count < memory.count {
            let room = UnsafeMutableRawBufferPointer(rebasing: memory[count...])
            let read = try file.read(into: room, at: Int64(count))
            if read == 0 { break }
            count += read
        }
        self.head = Array(memory[..<count])
    }

    /// The compression of the file; nil for plain bytes.
    var compression: CompressionFormat? { head.withUnsafeBytes { CompressionFormat(firstBytes: $0) } }

    /// Returns the known source whose bytes the file begins with; if there are several, the longest one.
    ///
    /// - Parameter isWholeLine: decides whether a last line without LF is read; nil when such a line is always read.
    func match(
        in known: KnownFiles, day: Int32?, name: String, isWholeLine: ((UnsafeRawBufferPointer) throws -> Bool)? = nil
    ) throws(FileError) -> Match? {
        let isPlain = compression == nil
        var lengths: [Int64: [Int]] = [:]
        var unfinished: (start: Int64, isKnown: Bool) = (size, false)
        for index in candidates(in: known) {
            let entry = known.entries[index]
            guard entry.day == day, let bytes = entry.bytes, bytes <= size else { continue }
            var mayBeLonger = !entry.isExact && (!entry.isComplete || isPlain)
            if entry.isOutgrown, isPlain, bytes < size, let isWholeLine {
                // The file may be a copy of the source before it grew, when its last line was unfinished.
                if !unfinished.isKnown { unfinished = (try lastLineStart(), true) }
                if bytes >= unfinished.start { mayBeLonger = !(try isWhole(from: bytes, isWholeLine)) }
            }
            guard bytes == size || mayBeLonger else { continue }
            if bytes == 0, size > 0, known.nameOfEmpty(index) != name { continue }
            lengths[bytes, default: []].append(index)
        }
        for index in known.older {
            let entry = known.entries[index]
            guard entry.day == day, !entry.isRemoved else { continue }
            // For a plain file that was read completely, the byte offset is the number of bytes that the key covers.
            let length = isPlain && entry.isComplete ? entry.position.byteOffset : size
            if length <= size, length > 0 || size == 0 { lengths[length, default: []].append(index) }
        }
        return try longestMatch(lengths, in: known)
    }

    /// The offset at which the last line begins; the file's size when the file ends with LF.
    private func lastLineStart() throws(FileError) -> Int64 {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { memory.deallocate() }
        var end = size
        while end > 0 {
            let start = max(0, end - Int64(memory.count))
            let wanted = UnsafeMutableRawBufferPointer(rebasing: memory[..<Int(end - start)])
            let count = try file.read(into: wanted, at: start)
            // The file was truncated in the meantime.
            guard count == wanted.count else { return size }
            if let last = wanted.lastIndex(of: LineContent.lineFeed) { return start + Int64(last) + 1 }
            end = start
        }
        return 0
    }

    /// Whether the bytes from an offset to the end of the file are a line that is read although it has no LF.
    private func isWhole(
        from start: Int64, _ isWholeLine: (UnsafeRawBufferPointer) throws -> Bool
    ) throws(FileError) -> Bool {
        // A longer line would be rejected, so it is not a whole one.
        guard size - start <= 17 << 20 else { return false }
        let padded = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Int(size - start) + ByteBuffer.padding, alignment: 16)
        defer { padded.deallocate() }
        padded.initializeMemory(as: UInt8.self, repeating: 0)
        let memory = UnsafeMutableRawBufferPointer(rebasing: padded[..<Int(size - start)])
        var count = 0
        while count < memory.count {
            let room = UnsafeMutableRawBufferPointer(rebasing: memory[count...])
            let read = try file.read(into: room, at: start + Int64(count))
            if read == 0 { break }
            count += read
        }
        let line = UnsafeRawBufferPointer(rebasing: memory[..<count])
        guard let base = line.baseAddress, let content = LineContent.range(base, 0, count) else { return false }
        do {
            return try isWholeLine(UnsafeRawBufferPointer(rebasing: line[content]))
        } catch {
            // The parser ran out of memory, which says nothing about the line.
            throw FileError(.read, file.path, errno: ENOMEM)
        }
    }

    private func candidates(in known: KnownFiles) -> [Int] {
        var found: [Int] = []
        head.withUnsafeBytes { bytes in
            if bytes.count == SourceHash.headLength {
                found += known.indexes(head: SourceHash.headHash(bytes)).filter {
                    known.entries[$0].bytes ?? 0 >= Int64(SourceHash.headLength)
                }
            }
            for length in known.shortLengths where length <= bytes.count {
                let start = UnsafeRawBufferPointer(rebasing: bytes[..<Int(length)])
                found += known.indexes(head: SourceHash.headHash(start)).filter { known.entries[$0].bytes == length }
            }
        }
        return found
    }

    /// Hashes the file once, up to the greatest of the given lengths, and returns the longest match.
    private func longestMatch(_ lengths: [Int64: [Int]], in known: KnownFiles) throws(FileError) -> Match? {
        let hash = SourceHash()
        var match: Match?
        for length in lengths.keys.sorted() {
            guard try FileLookup.addBytes(of: file, to: hash, upTo: length) else { break }
            let key = hash.key
            // Prefers a completed source to an interrupted one with the same bytes.
            let found = lengths[length, default: []].filter { known.entries[$0].key == key }
                .max { !known.entries[$0].isComplete && known.entries[$1].isComplete }
            if let found {
                match = Match(index: found, entry: known.entries[found], bytes: length, hash: hash.copy())
            }
        }
        return match
    }

    /// Adds a file's bytes to a hash, from the hash's count up to an offset. Returns false when the file ends before
    /// that offset.
    static func addBytes(of file: OpenFile, to hash: SourceHash, upTo end: Int64) throws(FileError) -> Bool {
        if hash.count >= end { return true }
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { memory.deallocate() }
        while hash.count < end {
            let wanted = Int(min(Int64(memory.count), end - hash.count))
            let piece = UnsafeMutableRawBufferPointer(rebasing: memory[..<wanted])
            let count = try file.read(into: piece, at: hash.count)
            if count == 0 { return false }
            hash.update(UnsafeRawBufferPointer(rebasing: piece[..<count]))
        }
        return true
    }
}
