import Domain
import Fixtures
import Testing

@testable import Pipeline

/// Copies between raw stores that are lost in the middle.
@Suite struct RawCopyRetryTests {
    private static let movies = (1...30).map { number in
        RawMovie(
            movieID: Int64(number * 400),
            rank: MovieRank(
                hasTitle: true, snapshotDay: 20_000, voteCount: 1, contentHash: [UInt8](repeating: 7, count: 32)),
            document: Array("{\"id\":\(number)}".utf8))
    }
    private static let comments = (0..<20).map { RawComment(body: Array("comment \($0)".utf8)) }
    private static let posters = [1, 2].compactMap { RawPoster(image: [0xff, 0xd8, 0xff, $0]) }

    /// A folder with some of everything.
    private static func source() throws -> any RawStoreFixture {
        let fixture = try RawStoreKind.folder.make()
        let store = try fixture.open()
        try store.put(movies: movies)
        try store.put(comments: comments)
        try store.put(posters: posters)
        try store.flush()
        return fixture
    }

    /// Copies in steps of a few documents, each of which is made durable.
    private static func copy(
        _ source: any RawStore, _ target: any RawStore, retryFor: Duration = .seconds(600),
        stop: StopSignal = StopSignal(), progress: @escaping (RawCopyProgress) -> Void = { _ in }
    ) throws -> RawCopyReport {
        try RawCopy(
            from: source, to: target, retryFor: retryFor, stop: stop, clock: { 0 }, progress: progress,
            steps: RawCopySteps(batchBytes: 40, flushBytes: 100)
        ).run()
    }

    private static func expectWhole(_ store: any RawStore, lacking: Set<RawReference> = []) throws {
        var found: [RawMovie] = []
        try store.forEachMovie { found.append($0) }
        #expect(found == movies)
        let references = Set(comments.map(\.reference) + posters.map(\.reference))
        #expect(try store.present(Array(references)) == references.subtracting(lacking))
    }

    @Test(arguments: FaultyRawStore.Call.allCases, [2, 5])
    func aStoreThatIsLostForATimeIsTriedAgain(_ call: FaultyRawStore.Call, _ number: Int) throws {
        let (from, to) = (try Self.source(), try RawStoreKind.folder.make())
        let source = FaultyRawStore(try from.open(), losing: call, at: number)
        let target = FaultyRawStore(try to.open(), losing: call, at: number)
        let report = try Self.copy(source, target)
        let calls = source.counts[call, default: 0] + target.counts[call, default: 0]
        // There are but two posters, and two calls for references.
        if number == 2 || calls > 4 { #expect(calls > number, "it did not fail") }
        #expect(report.movies.copied == 30 && report.comments.copied == 20 && report.posters.copied == 2)
        #expect(report.copied == 52 && report.movies.found == 30 && report.comments.found == 20)
        let bytes = Self.movies.reduce(0) { $0 + $1.document.count } + Self.comments.reduce(0) { $0 + $1.body.count }
        #expect(report.bytes == Int64(bytes + 8) && report.damagedCount == 0)
        try Self.expectWhole(to.open())
    }

    @Test func damageIsToldOnceAlthoughTheListIsReadAgain() throws {
        let (from, to) = (try Self.source(), try RawStoreKind.folder.make())
        try from.damage(movie: Self.movies[3].movieID)
        try from.damage(Self.comments[7].reference, with: [0x61])
        for call: FaultyRawStore.Call in [.listMovie, .listReference] {
            let source = FaultyRawStore(try from.open(), losing: call, at: 15)
            let report = try Self.copy(source, try to.open())
            #expect(source.counts[call, default: 0] > 30)
            #expect(report.damagedCount == 2 && report.damages.count == 2, "\(report.damages)")
        }
    }

    @Test func aStoreThatStaysAwayOrWasNeverThereEndsTheCopy() throws {
        let (from, to) = (try Self.source(), try RawStoreKind.folder.make())
        // What has never answered is told at once.
        for call: FaultyRawStore.Call in [.ranks, .listMovie] {
            let source = FaultyRawStore(try from.open(), losing: call, at: 1)
            let target = FaultyRawStore(try to.open(), losing: call, at: 1)
            #expect(throws: LostConnection.self) { try Self.copy(source, target) }
            #expect(source.counts[call] == 1 || target.counts[call] == 1)
        }
        // What has answered before is waited for as long as was asked for.
        for call: FaultyRawStore.Call in [.present, .flush, .comment, .listReference] {
            let source = FaultyRawStore(try from.open(), losing: call, at: 3, times: .max / 2)
            let target = FaultyRawStore(
                try RawStoreKind.folder.make().open(), losing: call, at: 2, times: .max / 2)
            let error = #expect(throws: RetriesEnded.self) {
                try Self.copy(source, target, retryFor: .milliseconds(200))
            }
            #expect(error?.kind == .unreachable && error?.message.contains("the time for trying again is over") == true)
        }
        let source = FaultyRawStore(try from.open(), losing: .comment, at: 3)
        #expect(throws: RetriesEnded.self) { try Self.copy(source, try to.open(), retryFor: .zero) }
        #expect(source.counts[.comment] == 3, "it was not to be tried again")
        // What does not pass by waiting is not tried again.
        let target = FaultyRawStore(try RawStoreKind.folder.make().open()) { call, number in
            if call == .putComments, number == 3 { throw OutOfRoom() }
        }
        #expect(throws: OutOfRoom.self) { try Self.copy(try from.open(), target) }
        #expect(target.counts[.putComments] == 3)
    }

    /// An error that comes again.
    private struct OutOfRoom: ReportedError {
        var message: String { "the disk is full" }
        var hint: String { "Make room." }
        var kind: FailureKind { .noRoom }
    }

    @Test func aStopEndsTheWaiting() throws {
        let (from, to) = (try Self.source(), try RawStoreKind.folder.make())
        let stop = StopSignal()
        let target = FaultyRawStore(try to.open()) { call, number in
            guard call == .putComments, number >= 3 else { return }
            if number == 5 { stop.request(.terminate) }
            throw LostConnection()
        }
        let report = try Self.copy(try from.open(), target, stop: stop)
        #expect(report.stopReason == .terminate && target.counts[.putComments] == 5)
        #expect(report.movies.copied == 30 && report.comments.copied == 2)
        #expect(try Self.copy(try from.open(), try to.open()).copied == 20)
        try Self.expectWhole(to.open())
    }

    @Test func aKindIsDurableBeforeTheNextOneIsShown() throws {
        let (from, to) = (try Self.source(), try RawStoreKind.folder.make())
        var steps: [String] = []
        let target = FaultyRawStore(try to.open()) { call, _ in if call == .flush { steps.append("flush") } }
        let report = try RawCopy(
            from: from.open(), to: target, retryFor: .zero, stop: StopSignal(), clock: { 0 },
            progress: { if steps.last != $0.phase.rawValue { steps.append($0.phase.rawValue) } },
            steps: RawCopySteps()
        ).run()
        #expect(report.copied == 52)
        #expect(steps == ["movies", "flush", "comments", "flush", "posters", "flush"])
    }

    @Test func theTargetIsAskedForManyAtOnce() throws {
        let (from, to) = (try Self.source(), try RawStoreKind.folder.make())
        let store = try from.open()
        try store.put(comments: (0..<2100).map { RawComment(body: Array("another \($0)".utf8)) })
        try store.flush()
        let target = FaultyRawStore(try to.open())
        #expect(try Self.copy(store, target).comments.copied == 2120)
        #expect(target.counts[.present] == 4, "three for the comments, and one for the posters")
        #expect(try Self.copy(store, to.open()).comments.alreadyThere == 2120)
    }
}
