import Domain
import Fixtures
import Foundation
import Synchronization
import Testing

/// The promises of `SourceSet` and `LineSource` for every backend. The lines of a source come in order, with ascending
/// numbers and positions. The chunks of several sources may alternate.
enum SourcePromise: String, CaseIterable, Sendable {
    case describesTheSameTwice, tellsSourcesApart, givesAllLinesInOrder, endsEachSourceOnce, goesOnFromAnyChunk
    case goesOnInOneOfSeveralSources, keepsPositionsAsText, skipsWhatIsLoaded, readsAgainWhenAsked, givesAnEmptySource
    case datesEachLine, takesTheDateThatIsGiven, readsOnWhateverIsCommitted, endsWhenItIsClosed, givesWhatIsAddedLater

    /// What a kind of source has to be able to do for this to apply.
    private var abilities: Set<SourceAbility> {
        switch self {
        case .describesTheSameTwice, .takesTheDateThatIsGiven, .readsOnWhateverIsCommitted, .endsWhenItIsClosed: []
        case .tellsSourcesApart, .givesAllLinesInOrder: [.severalSources]
        case .endsEachSourceOnce, .givesAnEmptySource: [.severalSources, .end]
        case .goesOnFromAnyChunk, .keepsPositionsAsText: [.lastingPositions]
        case .goesOnInOneOfSeveralSources: [.lastingPositions, .severalSources]
        case .skipsWhatIsLoaded: [.lastingPositions, .rememberedEnd, .severalSources, .end]
        case .readsAgainWhenAsked: [.lastingPositions, .severalSources, .end]
        case .datesEachLine: []
        case .givesWhatIsAddedLater: [.growth, .lastingPositions]
        }
    }

    /// What has to be published for this to apply; nothing where lines of either port do.
    private var ports: Set<SourcePort> {
        switch self {
        case .datesEachLine, .takesTheDateThatIsGiven: [.movies]
        default: []
        }
    }

    /// A promise that a kind of source is held to.
    struct Case: Sendable, CustomTestStringConvertible {
        var kind: SourceKind
        var promise: SourcePromise
        var testDescription: String { "\(kind): \(promise.rawValue)" }
    }

    /// Each kind with each promise that applies to it.
    static let cases = Sources.everyForm.flatMap { kind in
        allCases.filter { kind.serves($0.ports, $0.abilities) }.map { Case(kind: kind, promise: $0) }
    }

    /// Lines of different lengths, of which many chunks are made.
    private static let lines = (1...400).map {
        SourceLine("{\"number\":\($0),\"text\":\"\(String(repeating: "x", count: $0 % 90))\"}")
    }
    private static let few = ["a", "b"].map { SourceLine("{\"\($0)\":1}") }
    private static let one = [SourceLine("{\"c\":1}")]

    /// Checks that a kind of source keeps the promise.
    func check(_ kind: SourceKind) throws {
        let fixture = try kind.make()
        let port: SourcePort = kind.ports.contains(.events) ? .events : .movies
        let several = { (sources: [[SourceLine]]) in
            try fixture.publish(sources, port: port, named: "conformance")
        }
        let lines = SourcePromise.lines
        switch self {
        case .describesTheSameTwice:
            let published = try several([lines])
            let set = try published.set(chunkBytes: 1000)
            let first = try set.describe()
            #expect(first.count == 1)
            #expect(try set.describe().map(\.name) == first.map(\.name))
            #expect(
                try SourceReading(published, lines: [400]).lastMarks == SourceReading(published, lines: [400]).lastMarks
            )
        case .tellsSourcesApart: try tellsSourcesApart(several([lines, Self.few, Self.one]))
        case .givesAllLinesInOrder: try givesAllLinesInOrder(several([lines, Self.few]))
        case .endsEachSourceOnce: try endsEachSourceOnce(several([lines, Self.few, Self.one]))
        case .goesOnFromAnyChunk: try goesOnFromAnyChunk(several([lines]))
        case .goesOnInOneOfSeveralSources: try goesOnInOneOfSeveralSources(several([lines, Self.few]))
        case .keepsPositionsAsText: try keepsPositionsAsText(several([lines]))
        case .skipsWhatIsLoaded: try skipsWhatIsLoaded(several([lines, Self.few, Self.one]))
        case .readsAgainWhenAsked: try readsAgainWhenAsked(several([lines, Self.few]))
        case .givesAnEmptySource:
            let reading = try SourceReading(several([[], Self.few]), lines: [0, 2])
            #expect(reading.texts(of: 0) == [] && reading.texts(of: 1) == Self.few.map(\.bytes))
            #expect(Set(reading.chunks.filter(\.isLast).map(\.source.number)) == [0, 1])
        case .datesEachLine: try datesEachLine(kind, fixture)
        case .takesTheDateThatIsGiven:
            let movies = try fixture.publish(
                [lines.map { SourceLine($0.bytes, snapshotDay: 100) }], port: .movies, named: "dated")
            let request = SourceRequest(snapshotDay: 300, clockDay: 200)
            let reading = try SourceReading(movies, lines: [400], request)
            #expect(reading.chunks.allSatisfy { $0.lines.allSatisfy { $0.snapshotDay == 300 } })
            // A date that belongs to each line need not be a part of what identifies the source.
            if kind.abilities.contains(.datedLines) { break }
            let plain = try SourceReading(movies, lines: [400])
            #expect(reading.lastMarks[0]?.identity != plain.lastMarks[0]?.identity, "another date is another source")
        case .readsOnWhateverIsCommitted: try readsOnWhateverIsCommitted(several([lines]))
        case .endsWhenItIsClosed: try endsWhenItIsClosed(several([lines]))
        case .givesWhatIsAddedLater: try givesWhatIsAddedLater(several([lines]))
        }
    }
}

extension SourcePromise {
    private func tellsSourcesApart(_ published: any PublishedSources) throws {
        let set = try published.set(chunkBytes: 1000)
        #expect(try set.describe().map(\.name) == published.names)
        #expect(Set(published.names).count == 3)
        let marks = try SourceReading(published, lines: [400, 2, 1]).lastMarks
        #expect(Set(marks.map { $0?.identity }).count == 3)
        #expect(marks.allSatisfy { $0?.identity.port == set.port })
    }

    private func givesAllLinesInOrder(_ published: any PublishedSources) throws {
        let reading = try SourceReading(published, lines: [400, 2])
        #expect(reading.texts(of: 0) == Self.lines.map(\.bytes))
        #expect(reading.texts(of: 1) == Self.few.map(\.bytes))
        #expect(reading.chunks.allSatisfy { $0.source.name == published.names[$0.source.number] })
        #expect(reading.chunks.count > 5, "the fixture is to give small chunks")
        for number in [0, 1] {
            let chunks = reading.chunks(of: number)
            let numbers = chunks.flatMap { $0.lines.map(\.number) }
            #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
            let ends = chunks.map(\.end)
            #expect(zip(ends, ends.dropFirst()).allSatisfy { $0 <= $1 })
            // A chunk with lines has a greater position than the chunk before it.
            #expect(zip(ends, chunks.dropFirst()).allSatisfy { $1.lines.isEmpty || $0 < $1.end })
        }
    }

    private func endsEachSourceOnce(_ published: any PublishedSources) throws {
        let reading = try SourceReading(published, lines: [400, 2, 1])
        #expect(reading.chunks.filter(\.isLast).map(\.source.number).sorted() == [0, 1, 2])
        for number in 0...2 { #expect(reading.chunks(of: number).last?.isLast == true) }
    }

    private func goesOnFromAnyChunk(_ published: any PublishedSources) throws {
        let reading = try SourceReading(published, lines: [400])
        for (index, chunk) in reading.chunks.enumerated() where !chunk.isLast {
            let known = try #require(SourceReading.known(chunk))
            let expected = reading.chunks[(index + 1)...].flatMap { SourceReading.lines(of: $0) }
            let rest = try SourceReading(published, lines: [expected.count], known: [known])
            #expect(rest.lines(of: 0) == expected, "from \(chunk.end)")
            #expect(rest.chunks.allSatisfy { $0.source.known == known.checkpoint && !$0.source.isReadAgain })
        }
    }

    private func goesOnInOneOfSeveralSources(_ published: any PublishedSources) throws {
        let reading = try SourceReading(published, lines: [400, 2])
        let middle = reading.chunks(of: 0)[3]
        let known = try #require(SourceReading.known(middle))
        let passed = reading.chunks(of: 0)[...3].flatMap { SourceReading.lines(of: $0) }.count
        let rest = try SourceReading(published, lines: [400 - passed, 2], known: [known])
        #expect(rest.texts(of: 0) == Self.lines.dropFirst(passed).map(\.bytes))
        #expect(rest.texts(of: 1) == Self.few.map(\.bytes))
        #expect(rest.chunks(of: 1).allSatisfy { $0.source.known == nil })
    }

    private func keepsPositionsAsText(_ published: any PublishedSources) throws {
        let reading = try SourceReading(published, lines: [400])
        for chunk in reading.chunks { #expect(SourcePosition(text: chunk.end.text) == chunk.end) }
        var known = try #require(SourceReading.known(reading.chunks[2]))
        known.checkpoint.position = try #require(SourcePosition(text: known.checkpoint.position.text))
        let expected = reading.chunks[3...].flatMap { SourceReading.lines(of: $0) }
        #expect(try SourceReading(published, lines: [expected.count], known: [known]).lines(of: 0) == expected)
    }

    private func skipsWhatIsLoaded(_ published: any PublishedSources) throws {
        let all = try SourceReading(published, lines: [400, 2, 1])
        let known = try (0...2).map { try #require(all.chunks(of: $0).last.flatMap(SourceReading.known)) }
        let reading = try SourceReading(published, lines: [0, 2, 0], known: [known[0], known[2]])
        #expect(reading.texts(of: 0) == [] && reading.texts(of: 2) == [])
        #expect(reading.texts(of: 1) == Self.few.map(\.bytes))
        #expect(try SourceReading(published, lines: [0, 0, 0], known: known).chunks.allSatisfy(\.lines.isEmpty))
    }

    private func readsAgainWhenAsked(_ published: any PublishedSources) throws {
        let all = try SourceReading(published, lines: [400, 2])
        let known = try (0...1).map { try #require(all.chunks(of: $0).last.flatMap(SourceReading.known)) }
        let request = SourceRequest(clockDay: 0, isReload: true)
        let again = try SourceReading(published, lines: [400, 2], request, known: known)
        for number in 0...1 {
            #expect(again.lines(of: number) == all.lines(of: number))
            #expect(again.chunks(of: number).last?.source.known?.identity == known[number].mark.identity)
        }
        #expect(again.chunks.allSatisfy { $0.source.isReadAgain })
    }

    /// Each line has the date that came with it, else the clock's; movies, since events have none.
    private func datesEachLine(_ kind: SourceKind, _ fixture: any SourceFixture) throws {
        let dated = Self.lines.prefix(30).map { SourceLine($0.bytes, snapshotDay: 100) }
        let undated = Array(Self.lines.dropFirst(30).prefix(30))
        var sources = [dated, undated]
        if kind.abilities.contains(.datedLines) { sources = [zip(dated, undated).flatMap { [$0, $1] }] }
        for (number, lines) in sources.enumerated() {
            let published = try fixture.publish([lines], port: .movies, named: "dates \(number)")
            let reading = try SourceReading(
                published, chunkBytes: 300, lines: [lines.count], SourceRequest(clockDay: 200))
            let undated = kind.undatedDay ?? 200
            #expect(reading.chunks.flatMap { $0.lines.map(\.snapshotDay) } == lines.map { $0.snapshotDay ?? undated })
        }
    }

    /// `committed` may be called at any time, from any thread, and does not change which lines are read.
    private func readsOnWhateverIsCommitted(_ published: any PublishedSources) throws {
        let reading = try SourceReading(
            published, lines: [400],
            whileReading: { source, chunk in
                source.committed([])
                source.committed([(chunk.source, chunk.end)])
            })
        #expect(reading.texts(of: 0) == Self.lines.map(\.bytes))
        #expect(try SourceReading(published, lines: [400]).texts(of: 0) == Self.lines.map(\.bytes))
    }

    /// After `close` a source ends soon, also when another thread waits in `next`.
    private func endsWhenItIsClosed(_ published: any PublishedSources) throws {
        let source = try published.set(chunkBytes: 1000).open(SourceRequest(clockDay: 0)) { _ in }
        #expect(try source.next() != nil)
        nonisolated(unsafe) let reader = source
        let isDone = Mutex(false)
        let thread = Thread {
            while (try? reader.next()) != nil {}
            isDone.withLock { $0 = true }
        }
        thread.start()
        usleep(20_000)
        source.close()
        let end = ContinuousClock.now + .seconds(5)
        while !isDone.withLock({ $0 }), ContinuousClock.now < end { usleep(1000) }
        #expect(isDone.withLock { $0 }, "another thread is still in next()")
    }

    private func givesWhatIsAddedLater(_ published: any PublishedSources) throws {
        let before = try SourceReading(published, lines: [400])
        let known = try #require(before.chunks.last { !$0.lines.isEmpty || $0.isLast }.flatMap(SourceReading.known))
        try published.append(Self.few, to: 0)
        let after = try SourceReading(published, lines: [2], known: [known])
        #expect(after.texts(of: 0) == Self.few.map(\.bytes))
        #expect(after.chunks.allSatisfy { $0.source.known == known.checkpoint })
    }
}
