import Domain
import Glibc
import Testing

@testable import Files

/// Files that change while they are read. Afterwards a file is recognized by the bytes that were read.
@Suite struct ChangedFileTests {
    let folder: TemporaryFolder
    private let bytes = HostileFileTests.text(lines: 4000)

    init() throws { folder = try TemporaryFolder() }

    private func open(known: [KnownSource] = []) throws -> any LineSource {
        var options = FileSet.Options()
        options.chunkSize = 4000
        return try FileSet([folder.path("a.log")], port: .events, options: options)
            .open(SourceRequest(clockDay: 0)) { try known.forEach($0) }
    }

    /// Reads all remaining chunks, and returns the last one.
    private func rest(_ source: any LineSource) throws -> LineChunk {
        var last: LineChunk?
        while let chunk = try source.next() { last = chunk }
        return try #require(last)
    }

    /// The key of a file with these bytes.
    private func key(_ bytes: some Sequence<UInt8>) -> String {
        let hash = SourceHash()
        Array(bytes).withUnsafeBytes { hash.update($0) }
        return hash.key.text
    }

    @Test func aFileThatIsRenamedBeforeItsTurnIsNotTheOneThatIsRead() throws {
        try folder.write("a.log", bytes)
        let source = try open()
        #expect(rename(folder.path("a.log"), folder.path("a.log.1")) == 0)
        try folder.write("a.log", Array("{}\n".utf8))
        #expect(try rest(source).mark?.identity.key == key("{}\n".utf8))
    }

    @Test func aFileThatIsReplacedIsReadToItsEnd() throws {
        try folder.write("a.log", bytes)
        let source = try open()
        _ = try source.next()
        try folder.write("other", Array("{}\n".utf8))
        #expect(rename(folder.path("other"), folder.path("a.log")) == 0)
        #expect(try rest(source).mark?.identity.key == key(bytes))
    }

    @Test func aFileThatIsTruncatedIsKnownByWhatWasReadOfIt() throws {
        try folder.write("a.log", bytes)
        let source = try open()
        let first = try #require(try source.next())
        #expect(truncate(folder.path("a.log"), 0) == 0)
        let last = try rest(source)
        let end = Int(try #require(last.mark?.bytes))
        #expect(end < bytes.count && end >= Int(FilePosition(first.end).byteOffset) && last.isLast)
        #expect(last.mark?.identity.key == key(bytes[..<end]))
    }

    /// The bytes that were read before have been overwritten, so the file is another source, and is read from its
    /// start.
    @Test func aFileThatWasWrittenAnewIsReadFromItsStart() throws {
        try folder.write("a.log", bytes)
        let source = try open()
        let chunk = try #require(try source.next())
        let known = KnownSource(
            Checkpoint(
                try #require(chunk.mark), source: "a.log", position: chunk.end, isComplete: false,
                counts: LineCounts()))
        #expect(try open(known: [known]).next()?.source.known == known.checkpoint)
        var other = bytes
        other[Int(FilePosition(chunk.end).byteOffset) - 2] ^= 1
        try folder.write("a.log", other)
        let again = try #require(try open(known: [known]).next())
        #expect(again.source.known == nil && again.lines.first?.number == 1)
    }

    /// A compressed file is always read from its start, so the reader notices that its bytes are not those of the
    /// checkpoint.
    @Test func aCompressedFileThatChangesUnderTheReaderIsTold() throws {
        let compressed = try Encoding.gzip(bytes)
        try folder.write("a.log", compressed)
        let file = try OpenFile(reading: folder.path("a.log"))
        let lookup = try FileLookup(file, size: Int64(compressed.count))
        let entry = KnownFiles.Entry(
            key: FileKey([UInt8](repeating: 1, count: 32)), bytes: 1000, head: 0, day: nil,
            position: FilePosition(line: 1, byteOffset: 10), isComplete: false, mayGrow: false)
        let match = FileLookup.Match(index: 0, entry: entry, bytes: 1000, hash: SourceHash())
        let reading = try FileReading(
            lookup, from: match, testSource, snapshotDay: 0, SourceIdentity(port: .events, key: ""), isWholeLine: nil,
            chunkSize: ChunkSize(bytes: 4000))
        let error = #expect(throws: FileError.self) { while try reading.next() != nil {} }
        #expect(error?.reason == .changed)
    }
}

/// Tests of a last line without LF.
@Suite struct UnfinishedLineTests {
    /// The file's content, how many bytes of it are left for later, whether there is a notice, and how many lines are
    /// read.
    @Test(
        arguments: [
            ("{}\n{}", 0, false, 2), ("{}\n{\"a\"", 4, true, 1), ("{}\n{} ", 0, false, 2), ("{}\n{}\r", 0, false, 2),
            ("{}\n{}{}", 4, true, 1), ("{}\n[]", 2, true, 1), ("{}\n1", 1, true, 1), ("x", 1, true, 0),
            ("{}", 0, false, 1),
            ("{}\n \t", 2, false, 1), ("\u{feff}{}", 0, false, 1), ("\u{feff}{", 4, true, 0), ("", 0, false, 0),
            ("{\"a\":\"\u{e9}\"}", 0, false, 1),
        ] as [(String, Int, Bool, Int)])
    func isLeftUnlessItIsAnObject(text: String, left: Int, isTold: Bool, lines: Int) throws {
        let folder = try TemporaryFolder()
        let bytes = Array(text.utf8)
        let path = try folder.write("a", bytes)
        func read(whole: Bool) throws -> [LineChunk] {
            var options = FileSet.Options()
            options.readsUnfinished = whole
            let source = try FileSet([path], port: .events, options: options).open(SourceRequest(clockDay: 0)) { _ in }
            var chunks: [LineChunk] = []
            while let chunk = try source.next() { chunks.append(chunk) }
            return chunks
        }
        let chunks = try read(whole: false)
        #expect(chunks.last.map { FilePosition($0.end).byteOffset } == Int64(bytes.count - left))
        #expect(chunks.last?.mark?.bytes == Int64(bytes.count - left))
        #expect((chunks.last?.notice == .unfinishedLine) == isTold)
        #expect(chunks.reduce(0) { $0 + $1.lines.count } == lines)
        let whole = try read(whole: true)
        #expect(whole.last?.mark?.bytes == Int64(bytes.count) && whole.last?.notice == nil)
    }

    /// The line is longer than any object may be. It is left for later and not hashed, and read when it has an LF.
    @Test func aLongOneIsLeft() throws {
        let folder = try TemporaryFolder()
        let long = Array("{}\n".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: maximumLineLength + 100)
        let path = try folder.write("a", long)
        let source = try FileSet([path], port: .events).open(SourceRequest(clockDay: 0)) { _ in }
        var chunks: [LineChunk] = []
        while let chunk = try source.next() { chunks.append(chunk) }
        #expect(chunks.last?.mark?.bytes == 3 && chunks.last?.notice == .unfinishedLine)
        let hash = SourceHash()
        Array("{}\n".utf8).withUnsafeBytes { hash.update($0) }
        #expect(chunks.last?.mark?.identity.key == hash.key.text)
        let known = KnownSource(
            Checkpoint(
                try #require(chunks.last?.mark), source: "a", position: try #require(chunks.last?.end),
                isComplete: true,
                counts: LineCounts()))
        try folder.write("a", long + Array("\n{}\n".utf8))
        let grown = try FileSet([path], port: .events).open(SourceRequest(clockDay: 0)) { try $0(known) }
        var lines: [Line] = []
        var mark: SourceMark?
        while let chunk = try grown.next() {
            lines += chunk.lines
            mark = chunk.mark
        }
        #expect(lines.map(\.number) == [2, 3])
        let all = SourceHash()
        (long + Array("\n{}\n".utf8)).withUnsafeBytes { all.update($0) }
        #expect(mark?.identity.key == all.key.text)
    }

    @Test(arguments: [true, false])
    func compressedOnesHaveNone(zstd: Bool) throws {
        let folder = try TemporaryFolder()
        let text = Array("{}\n{\"a".utf8)
        let path = try folder.write("a", zstd ? Encoding.zstd(text) : Encoding.gzip(text))
        let source = try FileSet([path], port: .events).open(SourceRequest(clockDay: 0)) { _ in }
        let chunk = try source.next()
        #expect(chunk?.lines.count == 2 && chunk?.notice == nil)
    }
}
