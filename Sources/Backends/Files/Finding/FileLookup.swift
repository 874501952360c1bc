import Domain
import Glibc

/// Finds out whether an open file is known by the bytes that it begins with (contract §2.1), reading no more of it than
/// that takes.
struct FileLookup {
    /// A known source that a file is.
    struct Match {
        /// Its place in the list of what is known.
        let index: Int
        let entry: KnownFiles.Entry
        /// How many bytes of the file it is known by.
        let bytes: Int64
        /// The hash of these.
        let hash: SourceHash
    }

    let file: OpenFile
    /// The file's size when it was opened.
    let size: Int64
    /// What it begins with, `SourceHash.headLength` bytes at most.
    let head: [UInt8]

    /// Reads the first bytes of a file; where it is read later stays.
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

    /// How it is compressed; nil is plain.
    var compression: CompressionFormat? { head.withUnsafeBytes { CompressionFormat(firstBytes: $0) } }

    /// The known source that it is: the one of the most bytes of those that it begins with.
    ///
    /// - Parameter isWholeLine: tells whether a last line without LF is read; nil where it always is.
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
                // A copy of what it was before it grew, when its last line was not finished.
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
            // Of a plain file that was read whole the offset says how many bytes it had.
            let length = isPlain && entry.isComplete ? entry.position.byteOffset : size
            if length <= size, length > 0 || size == 0 { lengths[length, default: []].append(index) }
        }
        return try longestMatch(lengths, in: known)
    }

    /// Where the last line begins, which may be the file's end.
    private func lastLineStart() throws(FileError) -> Int64 {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { memory.deallocate() }
        var end = size
        while end > 0 {
            let start = max(0, end - Int64(memory.count))
            let wanted = UnsafeMutableRawBufferPointer(rebasing: memory[..<Int(end - start)])
            let count = try file.read(into: wanted, at: start)
            // It was cut off meanwhile.
            guard count == wanted.count else { return size }
            if let last = wanted.lastIndex(of: LineContent.lineFeed) { return start + Int64(last) + 1 }
            end = start
        }
        return 0
    }

    /// Whether the file's last bytes are a line that is read without its LF.
    private func isWhole(
        from start: Int64, _ isWholeLine: (UnsafeRawBufferPointer) throws -> Bool
    ) throws(FileError) -> Bool {
        // What is longer is no line that is accepted.
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
            // A line that cannot be parsed for lack of memory says nothing about the file.
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

    /// Hashes the file once, up to the longest of some lengths.
    private func longestMatch(_ lengths: [Int64: [Int]], in known: KnownFiles) throws(FileError) -> Match? {
        let hash = SourceHash()
        var match: Match?
        for length in lengths.keys.sorted() {
            guard try FileLookup.take(file, into: hash, upTo: length) else { break }
            let key = hash.key
            // What is complete tells more than what an interrupted run left of an equal one.
            let found = lengths[length, default: []].filter { known.entries[$0].key == key }
                .max { !known.entries[$0].isComplete && known.entries[$1].isComplete }
            if let found {
                match = Match(index: found, entry: known.entries[found], bytes: length, hash: hash.copy())
            }
        }
        return match
    }

    /// Takes a file's bytes into a hash, from where it is up to an offset; false when the file ends before.
    static func take(_ file: OpenFile, into hash: SourceHash, upTo end: Int64) throws(FileError) -> Bool {
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
