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

    @Test func describesMovies() throws {
        let sources = try FileSet([folder.path("data"), "-"], port: .movies).describe()
        #expect(sources.map(\.name) == [folder.path("data/a-2026-11-20.ndjson"), folder.path("data/b.zst"), "-"])
        #expect(sources.map { $0.identity?.snapshotDay } == [20777, nil, nil])
        #expect(sources.map { $0.identity?.port } == [.movies, .movies, nil])
        #expect(sources[0].size == 4)
        #expect(sources[0].identity?.key == (try FileIdentity(path: folder.path("data/a-2026-11-20.ndjson")).key))
        #expect(sources[2].size == nil)
    }

    @Test func aNameGivesEventsNoDate() throws {
        let sources = try FileSet([folder.path("data")], port: .events).describe()
        #expect(sources.map { $0.identity?.snapshotDay } == [nil, nil])
    }

    @Test func opensWhatIsPlanned() throws {
        let set = try FileSet([folder.path("data")], port: .events)
        let source = Source(name: "b", identity: nil, port: .events, snapshotDay: 0, number: 1)
        let other = Source(name: "a", identity: nil, port: .events, snapshotDay: 0, number: 0)
        let files = set.open([
            PlannedSource(index: 1, source: source, start: SourcePosition()),
            PlannedSource(index: 0, source: other, start: SourcePosition(line: 1, byteOffset: 2)),
        ])
        var read: [String] = []
        while let chunk = try files.next() {
            for line in chunk.lines {
                let bytes = chunk.buffer.bytes(at: Int(line.span.offset), count: Int(line.span.length))
                read.append("\(chunk.source.name)\(line.number)\(String(decoding: bytes, as: UTF8.self))")
            }
        }
        #expect(read == ["b13", "a22"])
    }

    @Test func aPipeIsReadOnceAndHasNoIdentity() throws {
        #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
        let sources = try FileSet([folder.path("pipe")], port: .events).describe()
        #expect(sources.map(\.identity) == [nil])
    }
}
