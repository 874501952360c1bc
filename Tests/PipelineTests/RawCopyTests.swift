import Domain
import Fixtures
import TestSupport
import Testing

@testable import Pipeline

/// Copies between each two kinds of raw stores.
@Suite(.waits) struct RawCopyTests {
    private static let pairs = RawStores.present.flatMap { from in RawStores.present.map { (from, $0) } }

    private static func movie(_ id: Int64, day: Int32 = 20_000, _ text: String = "{}") -> RawMovie {
        let rank = MovieRank(
            hasTitle: true, snapshotDay: day, voteCount: id, contentHash: [UInt8](repeating: 7, count: 32))
        return RawMovie(movieID: id, rank: rank, document: Array(text.utf8))
    }

    private static let movies: [RawMovie] =
        (1...40).map { number in
            // A store may keep another form of what is written in the usual way.
            let usual = "{\"id\":\(number)}"
            let unusual = "{ \"id\" : \(number), \"title\":\"\\u0041 é\", \"a\":1, \"a\":1e2 }\n"
            return movie(Int64(number * 300), number % 2 == 0 ? usual : unusual)
        }
        + [movie(.max, "{\"x\":\"" + String(repeating: "a", count: 2 << 20) + "\"}")]
    private static let comments = (0..<60).map { RawComment(body: Array("comment \($0)\r\n".utf8)) }
    private static let posters = [[0xff, 0xd8, 0xff, 1], [0xff, 0xd8, 0xff] + [UInt8](repeating: 3, count: 300_000)]
        .compactMap { RawPoster(image: $0) }

    private static func fill(_ store: any RawStore) throws {
        try store.put(movies: movies)
        try store.put(comments: comments)
        try store.put(posters: posters)
        try store.flush()
    }

    private static func copy(
        _ source: any RawStore, _ target: any RawStore, stop: StopSignal = StopSignal(),
        steps: RawCopySteps = RawCopySteps(), progress: @escaping (RawCopyProgress) -> Void = { _ in }
    ) throws -> RawCopyReport {
        try RawCopy(
            from: source, to: target, retryFor: .zero, stop: stop, clock: { 0 }, progress: progress, steps: steps
        ).run()
    }

    /// All that a store has.
    private static func content(_ store: any RawStore) throws -> (movies: [RawMovie], contents: [String: [UInt8]]) {
        var movies: [RawMovie] = []
        try store.forEachMovie { movies.append($0) }
        var contents: [String: [UInt8]] = [:]
        try store.forEachReference(to: .comments) { contents[$0.text] = try store.comment($0) }
        try store.forEachReference(to: .posters) { contents[$0.text] = try store.poster($0) }
        return (movies, contents)
    }

    @Test(arguments: pairs)
    func allIsCopiedOnce(_ from: RawStoreKind, _ to: RawStoreKind) throws {
        let (source, target) = (try from.make(), try to.make())
        try Self.fill(source.open())
        // The target has some already: what is greater stays, and what is less is replaced.
        let (greater, lesser) = (Self.movie(300, day: 20_001, "{\"greater\":1}"), Self.movie(600, day: 19_999))
        let own = Self.movie(5)
        do {
            let store = try target.open()
            try store.put(movies: [greater, lesser, own])
            try store.put(comments: [Self.comments[4]])
            try store.flush()
        }
        let report = try Self.copy(source.open(), target.open())
        #expect(report.movies == count(40, 1) && report.comments == count(59, 1) && report.posters == count(2, 0))
        #expect(report.damagedCount == 0 && report.stopReason == nil && !report.isEmpty)
        let copied = Self.movies.dropFirst().reduce(0) { $0 + $1.document.count }
        let bodies = Self.comments.reduce(0) { $0 + $1.body.count } - Self.comments[4].body.count
        #expect(report.bytes == Int64(copied + bodies + Self.posters.reduce(0) { $0 + $1.image.count }))
        let found = try Self.content(target.open())
        #expect(found.movies == [own, greater] + Self.movies.dropFirst())
        let expected = try Self.content(source.open())
        #expect(found.contents == expected.contents)
        #expect(found.contents.count == 62)
        let again = try Self.copy(source.open(), target.open())
        #expect(again.copied == 0 && again.bytes == 0 && again.movies.alreadyThere == 41)
        #expect(try Self.copy(to.make().open(), target.open()).isEmpty)
    }

    private func count(_ copied: Int64, _ there: Int64) -> RawCopyReport.Count {
        var count = RawCopyReport.Count()
        (count.copied, count.alreadyThere) = (copied, there)
        return count
    }

    @Test(arguments: RawStores.present)
    func whatIsDamagedIsNamedAndTheRestIsCopied(_ kind: RawStoreKind) throws {
        let (source, target) = (try kind.make(), try RawStoreKind.folder.make())
        try Self.fill(source.open())
        try source.damage(movie: 3_000)
        try source.damage(Self.comments[7].reference, with: [0x61])
        try source.damage(Self.posters[0].reference, with: [0xff, 0xd8, 0xff, 2])
        let report = try Self.copy(source.open(), target.open())
        #expect(report.damagedCount == 3 && report.damages.count == 3)
        #expect(report.damages.allSatisfy { $0.message.contains("damaged") && !$0.hint.isEmpty })
        #expect(report.comments == count(59, 0) && report.posters == count(1, 0))
        let found = try Self.content(target.open())
        #expect(found.contents.count == 60 && found.contents[Self.comments[7].reference.text] == nil)
        #expect(found.movies.count >= 41 - 4 && found.movies.count < 41)
        #expect(found.movies.allSatisfy(Self.movies.contains))
    }

    @Test(arguments: LongTests.areOn ? RawStores.present : Array(RawStores.present.prefix(4)))
    func stoppedItKeepsWhatWasCopiedAndGoesOnFromThere(_ kind: RawStoreKind) throws {
        let (source, target) = (try RawStoreKind.folder.make(), try kind.make())
        try Self.fill(source.open())
        let share = LongTests.rounds(34, long: 9)
        let steps = RawCopySteps(
            batchBytes: LongTests.rounds(600, long: 300), flushBytes: LongTests.rounds(3000, long: 1))
        var copied: Int64 = 0
        for _ in 0..<200 {
            let stop = StopSignal()
            let report = try Self.copy(
                source.open(), target.open(), stop: stop, steps: steps
            ) { progress in
                if progress.count % Int64(share) == Int64(share) - 1 { stop.request(.terminate) }
            }
            copied += report.copied
            if report.stopReason == nil { break }
            #expect(report.stopReason == .terminate)
            var movies: Int64 = 0
            try target.open().forEachMovie { _ in movies += 1 }
            #expect(movies >= report.movies.found)
            // Otherwise each call would stop at the same place.
            if report.copied == 0 { copied += try Self.copy(source.open(), target.open()).copied }
        }
        #expect(copied == 103)
        #expect(try Self.content(target.open()).movies == Self.movies)
    }

    /// A store that counts its flushes, and how much was put since the last one. Other programs may have something there.
    private final class Counting: RawStore {
        var others: [String] = []
        var flushes = 0
        var puts: [Int] = []
        var most = 0
        func put(movies: [RawMovie]) {
            puts.append(movies.count)
            most = max(most, puts.reduce(0, +))
        }
        func put(comments: [RawComment]) { puts.append(comments.count) }
        func put(posters: [RawPoster]) { puts.append(posters.count) }
        func flush() {
            flushes += 1
            puts = []
        }
        func ranks(ofMovies ids: [Int64]) -> [Int64: MovieRank] { [:] }
        func movie(_ id: Int64) -> RawMovie? { nil }
        func comment(_ reference: RawReference) -> [UInt8]? { nil }
        func poster(_ reference: RawReference) -> [UInt8]? { nil }
        func present(_ references: [RawReference]) -> Set<RawReference> { [] }
        func forEachMovie(_ body: (RawMovie) throws -> Void, onDamage: (any ReportedError) throws -> Void) {}
        func forEachReference(to content: RawContent, _ body: (RawReference) throws -> Void) {}
        func forEachOther(_ body: (String) throws -> Void) throws { for name in others { try body(name) } }
    }

    @Test func whatIsOfOtherProgramsIsTold() throws {
        let (source, target) = (Counting(), Counting())
        #expect(try Self.copy(source, target).isEmpty)
        source.others = (1...1200).map { "\($0) of raw_movies" }
        let report = try Self.copy(source, target)
        #expect(report.leftOutCount == 1200 && report.leftOut == Array(source.others.prefix(1000)))
        #expect(!report.isWhole && !report.isEmpty && report.copied == 0)
    }

    @Test func whatWasPutIsKeptInSteps() throws {
        let (source, target) = (try RawStoreKind.folder.make(), Counting())
        try Self.fill(source.open())
        _ = try Self.copy(source.open(), target, steps: RawCopySteps(batchBytes: 100, flushBytes: 200))
        #expect(target.flushes > 3 && target.puts.isEmpty, "\(target.flushes)")
        #expect(target.most < 40, "\(target.most)")
    }
}
