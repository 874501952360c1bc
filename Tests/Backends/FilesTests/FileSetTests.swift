import Domain
import Glibc
import Testing

@testable import Files

@Suite struct FileSetTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("data/a-2026-11-20.ndjson", Array("1\n2\n".utf8))
        try folder.write("data/b.zst", Encoding.zstd(Array("3\n".utf8)))
    }

    /// All chunks of the files that the arguments name.
    private func chunks(
        _ arguments: [String], port: SourcePort = .events, day: Int32? = nil, known: [KnownSource] = []
    ) throws -> [LineChunk] {
        let source = try FileSet(arguments.map { $0 == "-" ? $0 : folder.path($0) }, port: port)
            .open(SourceRequest(snapshotDay: day, clockDay: 5)) { try known.forEach($0) }
        var chunks: [LineChunk] = []
        while let chunk = try source.next() { chunks.append(chunk) }
        return chunks
    }

    @Test func describesMovies() throws {
        let set = try FileSet([folder.path("data"), "-"], port: .movies)
        #expect(
            set.describe().map(\.name) == [folder.path("data/a-2026-11-20.ndjson"), folder.path("data/b.zst"), "-"])
        #expect(set.describe().map(\.size) == [4, Int64(try Encoding.zstd(Array("3\n".utf8)).count), nil])
    }

    @Test func theDateIsGivenOrInTheName() throws {
        let named = try chunks(["data"], port: .movies)
        #expect(named.map(\.mark?.identity.snapshotDay) == [20777, nil])
        #expect(named.map(\.lines.first?.snapshotDay) == [20777, 5])
        let given = try chunks(["data"], port: .movies, day: 7)
        #expect(given.map(\.mark?.identity.snapshotDay) == [7, 7])
        let events = try chunks(["data"])
        #expect(events.map(\.mark?.identity.snapshotDay) == [nil, nil])
    }

    /// The digests are those that `sha256sum` prints.
    @Test(
        arguments: [
            ([], "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (Array("abc\n".utf8), "sha256:edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb"),
        ] as [([UInt8], String)])
    func aFileIsKnownByItsBytes(bytes: [UInt8], key: String) throws {
        try folder.write("one", bytes)
        let mark = try #require(try chunks(["one"]).last?.mark)
        #expect(mark.identity.key == key && mark.bytes == Int64(bytes.count) && mark.mayGrow)
        #expect(FileKey(text: key)?.text == key)
    }

    @Test func theKeyDoesNotDependOnNameOrPieces() throws {
        var bytes = HostileFileTests.text(lines: 40_000)
        try folder.write("long", bytes)
        let long = try chunks(["long"])
        #expect(long.count > 1)
        for chunk in long {
            let end = Int(FilePosition(chunk.end).byteOffset)
            try folder.write("prefix", Array(bytes[..<end]))
            let prefix = try #require(try chunks(["prefix"]).last?.mark)
            #expect(prefix == chunk.mark)
        }
        let compressed = try Encoding.gzip(bytes)
        try folder.write("x.gz", compressed)
        try folder.write("y", compressed)
        #expect(try chunks(["x.gz"]).last?.mark == chunks(["y"]).last?.mark)
        #expect(try chunks(["y"]).last?.mark?.bytes == Int64(compressed.count))
        bytes[7] ^= 1
        try folder.write("long", bytes)
        #expect(try chunks(["long"]).last?.mark != long.last?.mark)
    }

    /// The key of a damaged file covers all bytes, also those after the damage, so that the repaired file has another
    /// key.
    @Test func aDamagedFileIsKnownByAllItsBytes() throws {
        var bytes = try Encoding.zstd(Array("{}\n".utf8)) + Array(repeating: 7, count: 400_000)
        try folder.write("bad", bytes)
        let first = try chunks(["bad"])
        #expect(first.last?.isDamaged == true && first.last?.mark?.bytes == Int64(bytes.count))
        bytes[bytes.count - 1] = 8
        try folder.write("bad", bytes)
        #expect(try chunks(["bad"]).last?.mark != first.last?.mark)
    }

    @Test func aPipeIsReadOnceAndHasNoMark() throws {
        #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
        let both = open(folder.path("pipe"), O_RDWR | O_NONBLOCK)
        let bytes = Array("a\nb".utf8)
        #expect(write(both, bytes, bytes.count) == bytes.count)
        let source = try FileSet([folder.path("pipe")], port: .events).open(SourceRequest(clockDay: 0)) { _ in }
        let closing = DelayedClose(both)
        var lines = 0
        while let chunk = try source.next() {
            lines += chunk.lines.count
            #expect(chunk.mark == nil && chunk.notice == nil)
        }
        closing.join()
        #expect(lines == 2)
    }

    @Test func whatVanishesOrCannotBeReadIsTold() throws {
        try folder.write("data/c", Array("4\n".utf8))
        let set = try FileSet([folder.path("data")], port: .events)
        unlink(folder.path("data/b.zst"))
        unlink(folder.path("data/c"))
        #expect(mkdir(folder.path("data/c"), 0o700) == 0)
        let source = try set.open(SourceRequest(clockDay: 0)) { _ in }
        var notices: [SourceNotice?] = []
        while let chunk = try source.next() { notices.append(chunk.notice) }
        #expect(notices.count == 3 && notices[0] == nil)
        for (notice, word) in zip(notices[1...], ["no such file", "folder"]) {
            guard case .unreadable(let why) = notice else {
                Issue.record("\(String(describing: notice))")
                continue
            }
            #expect(why.contains(word) && why.contains("; "))
        }
    }
}

/// Closes the writing end of a pipe after a delay, when the reading end is open.
private final class DelayedClose {
    private var thread = pthread_t()

    init(_ descriptor: Int32) {
        let argument = UnsafeMutableRawPointer(bitPattern: Int(descriptor))
        pthread_create(
            &thread, nil,
            { argument in
                usleep(200_000)
                close(Int32(Int(bitPattern: argument)))
                return nil
            }, argument)
    }

    func join() { pthread_join(thread, nil) }
}
