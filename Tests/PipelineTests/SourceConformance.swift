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
    case readsOnlyWhatIsPlanned, givesAnEmptySource

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
            let second = try set.describe()
            #expect(first.count == 2)
            #expect(first.map(\.identity) == second.map(\.identity))
            #expect(first.map(\.name) == second.map(\.name))
            #expect(first.allSatisfy { $0.identity?.port == set.port })
        case .tellsSourcesApart:
            let described = try fixture.set([lines, ["a"], ["b"]]).describe()
            #expect(Set(described.map(\.identity)).count == 3)
            #expect(Set(described.map(\.name)).count == 3)
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
            for chunk in chunks {
                let (rest, _) = try SourcePromise.read(set, from: [0: chunk.end])
                #expect(rest == all.filter { $0.number > chunk.end.line }, "from \(chunk.end)")
            }
        case .readsOnlyWhatIsPlanned:
            let set = try fixture.set([lines, ["a"], ["b"]])
            let (read, _) = try SourcePromise.read(set, only: [2])
            #expect(read == SourcePromise.expected(["b"], source: 2))
            #expect(try SourcePromise.read(set, only: []).lines.isEmpty)
        case .givesAnEmptySource:
            let (read, chunks) = try SourcePromise.read(try fixture.set([[], ["a"]]))
            #expect(read == SourcePromise.expected(["a"], source: 1))
            #expect(chunks.filter(\.isLast).map(\.source.number) == [0, 1])
        }
    }

    private static func expected(_ lines: [String], source: Int) -> [Read] {
        lines.enumerated().map { Read(source: source, number: Int64($0.offset) + 1, text: $0.element) }
    }

    private static func read(
        _ set: any SourceSet, from positions: [Int: SourcePosition] = [:], only: [Int]? = nil
    ) throws -> (lines: [Read], chunks: [LineChunk]) {
        let plan = try set.describe().enumerated().filter { only?.contains($0.offset) ?? true }.map { index, found in
            PlannedSource(
                index: index,
                source: Source(
                    name: found.name, identity: found.identity, port: set.port, snapshotDay: 0, number: index),
                start: positions[index] ?? SourcePosition())
        }
        let source = try set.open(plan)
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
