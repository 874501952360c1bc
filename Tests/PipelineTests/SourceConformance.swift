import Domain
import Testing

/// A port that lines come in by, as a conformance suite meets it: every backend gives one.
protocol SourceFixture {
    /// A set of sources that have these lines, each, to be read in small chunks.
    func set(_ sources: [[String]]) throws -> any SourceSet
}

/// What `SourceSet` and `LineSource` promise, whatever outside system is behind them.
enum SourcePromise: String, CaseIterable, Sendable {
    case describesTheSameTwice, tellsSourcesApart, givesAllLinesInOrder, endsEachSourceOnce, goesOnFromAnyChunk
    case skipsWhatIsLoaded, readsAgainWhenAsked, givesAnEmptySource

    /// Lines of different lengths, of which many chunks are made.
    private static let lines = (1...400).map {
        "{\"number\":\($0),\"text\":\"\(String(repeating: "x", count: $0 % 90))\"}"
    }

    /// A line as a chunk gives it.
    struct Read: Equatable {
        var source: Int
        var number: Int64
        var text: String
    }

    /// Holds a source to it.
    func check(_ fixture: some SourceFixture) throws {
        let lines = SourcePromise.lines
        switch self {
        case .describesTheSameTwice:
            let set = try fixture.set([lines, ["a"]])
            let first = try set.describe()
            #expect(first.count == 2)
            #expect(try set.describe().map(\.name) == first.map(\.name))
            #expect(try SourcePromise.marks(set) == SourcePromise.marks(set))
        case .tellsSourcesApart:
            let set = try fixture.set([lines, ["a"], ["b"]])
            #expect(Set(try set.describe().map(\.name)).count == 3)
            let marks = try SourcePromise.marks(set)
            #expect(Set(marks.map { $0?.identity }).count == 3)
            #expect(marks.allSatisfy { $0?.identity.port == set.port })
        case .givesAllLinesInOrder:
            let set = try fixture.set([lines, ["a", "b"]])
            let (read, _) = try SourcePromise.read(set)
            #expect(read == SourcePromise.expected(lines, source: 0) + SourcePromise.expected(["a", "b"], source: 1))
        case .endsEachSourceOnce:
            let (_, chunks) = try SourcePromise.read(try fixture.set([lines, ["a"], ["b"]]))
            #expect(chunks.count > 5, "the fixture is to give small chunks")
            #expect(chunks.filter(\.isLast).map(\.source.number) == [0, 1, 2])
            #expect(chunks.map(\.source.number) == chunks.map(\.source.number).sorted())
        case .goesOnFromAnyChunk:
            let set = try fixture.set([lines])
            let (all, chunks) = try SourcePromise.read(set)
            for chunk in chunks where !chunk.isLast {
                let known = try #require(SourcePromise.known(chunk))
                let (rest, later) = try SourcePromise.read(set, known: [known])
                #expect(rest == all.filter { $0.number > chunk.end.order }, "from \(chunk.end)")
                #expect(later.allSatisfy { $0.source.known == known.checkpoint })
            }
        case .skipsWhatIsLoaded:
            let set = try fixture.set([lines, ["a"], ["b"]])
            let known = try SourcePromise.read(set).chunks.filter(\.isLast).compactMap(SourcePromise.known)
            let (read, chunks) = try SourcePromise.read(set, known: [known[0], known[2]])
            #expect(read == SourcePromise.expected(["a"], source: 1))
            #expect(chunks.filter { $0.notice == .skipped }.map(\.source.number) == [0, 2])
            #expect(try SourcePromise.read(set, known: known).lines.isEmpty)
        case .readsAgainWhenAsked:
            let set = try fixture.set([lines, ["a"]])
            let (all, chunks) = try SourcePromise.read(set)
            let known = chunks.filter(\.isLast).compactMap(SourcePromise.known)
            let (again, later) = try SourcePromise.read(set, known: known, isReload: true)
            #expect(again == all)
            #expect(later.allSatisfy { $0.source.isReadAgain })
            #expect(later.filter(\.isLast).map(\.source.known?.identity) == known.map(\.mark.identity))
        case .givesAnEmptySource:
            let (read, chunks) = try SourcePromise.read(try fixture.set([[], ["a"]]))
            #expect(read == SourcePromise.expected(["a"], source: 1))
            #expect(chunks.filter(\.isLast).map(\.source.number) == [0, 1])
        }
    }

    private static func expected(_ lines: [String], source: Int) -> [Read] {
        lines.enumerated().map { Read(source: source, number: Int64($0.offset) + 1, text: $0.element) }
    }

    /// What the ledger would know after a chunk.
    private static func known(_ chunk: LineChunk) -> KnownSource? {
        chunk.mark.map {
            KnownSource(
                Checkpoint(
                    $0, source: chunk.source.name, position: chunk.end, isComplete: chunk.isLast,
                    counts: LineCounts()))
        }
    }

    private static func marks(_ set: any SourceSet) throws -> [SourceMark?] {
        try read(set).chunks.filter(\.isLast).map(\.mark)
    }

    private static func read(
        _ set: any SourceSet, known: [KnownSource] = [], isReload: Bool = false
    ) throws -> (lines: [Read], chunks: [LineChunk]) {
        let source = try set.open(SourceRequest(clockDay: 0, isReload: isReload)) { try known.forEach($0) }
        var lines: [Read] = []
        var chunks: [LineChunk] = []
        while let chunk = try source.next() {
            for line in chunk.lines {
                let bytes = chunk.buffer.bytes(at: Int(line.span.offset), count: Int(line.span.length))
                lines.append(
                    Read(
                        source: chunk.source.number, number: line.number, text: String(decoding: bytes, as: UTF8.self)))
            }
            chunks.append(chunk)
        }
        #expect(try source.next() == nil)
        return (lines, chunks)
    }
}
