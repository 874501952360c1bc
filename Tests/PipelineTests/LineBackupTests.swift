import Domain
import SQLite
import TestSupport
import Testing

@testable import Pipeline

/// A load with a backup whose topic fails in several ways.
@Suite(.waits) struct LineBackupTests {
    /// A topic that takes messages into a list, and fails when a test wants it.
    private final class Topic: MessageTarget {
        let location = "kafka://h/movie"
        /// The keys of the messages that were sent, and of those that were confirmed, in their order.
        private(set) var sent: [String] = []
        /// The lines that were sent.
        private(set) var values: [String] = []
        private(set) var confirmed: [String] = []
        private(set) var isClosed = false
        private var waiting: [(number: UInt, key: String)] = []
        /// How many messages are confirmed before the connection is lost; nil for never.
        var losesAfter: Int?
        /// Whether the connection can be opened again.
        var comesBack = true
        /// Whether messages are confirmed.
        var answers = true
        var refusedKeys: Set<String> = []
        /// Called when messages are confirmed.
        var whenConfirmed: () -> Void = {}

        func open() throws -> TopicIdentity {
            if isClosed, !comesBack { throw Lost(location: location) }
            return TopicIdentity(cluster: "c", topic: "movie")
        }

        func send(_ message: OutgoingMessage, number: UInt) throws -> SendAnswer {
            let key = message.key.map { String(decoding: $0, as: UTF8.self) } ?? ""
            if refusedKeys.contains(key) { return .refused(.tooLarge(side: "the topic", limit: 3)) }
            sent.append(key)
            values.append(String(decoding: message.value, as: UTF8.self))
            waiting.append((number, key))
            return .accepted
        }

        func takeOutcomes(waiting milliseconds: Int, _ body: (UInt, MessageOutcome) -> Void) throws {
            // As a producer, it confirms some time after a message was sent.
            guard answers, milliseconds > 0 else { return }
            if let count = losesAfter {
                for (number, key) in waiting.prefix(count) { confirm(number, key, body) }
                losesAfter = nil
                throw Lost(location: location)
            }
            for (number, key) in waiting { confirm(number, key, body) }
            waiting = []
        }

        private func confirm(_ number: UInt, _ key: String, _ body: (UInt, MessageOutcome) -> Void) {
            confirmed.append(key)
            body(number, .confirmed)
            whenConfirmed()
        }

        func close() {
            isClosed = true
            waiting = []
        }
    }

    private struct Lost: ReportedError {
        let location: String
        var message: String { "\(location) is lost" }
        var hint: String { "Wait." }
        var kind: FailureKind { .unreachable }
    }

    private struct LineSet: SourceSet {
        let port: SourcePort
        let texts: [String]
        func describe() -> [SourceDescription] { [SourceDescription(name: "a", size: nil)] }
        func open(_ request: SourceRequest, known: ((KnownSource) throws -> Void) throws -> Void) -> any LineSource {
            Lines(port, texts)
        }
    }

    private final class Lines: LineSource {
        private let port: SourcePort
        private let texts: [String]
        private var place = 0
        init(_ port: SourcePort, _ texts: [String]) { (self.port, self.texts) = (port, texts) }
        func next() -> LineChunk? {
            guard place < texts.count else { return nil }
            let chunk = LineChunk(
                source: Source(name: "a", port: port, number: 0), capacity: 64, start: SourcePosition())
            let text = Array(texts[place].utf8)
            place += 1
            let span = ByteRange(offset: text.withUnsafeBytes { chunk.buffer.append($0) }, length: text.count)
            chunk.lines.append(Line(span: span, number: Int64(place), byteOffset: 0, snapshotDay: 20_000))
            chunk.isLast = place == texts.count
            return chunk
        }
    }

    private func load(
        _ texts: [String], _ port: SourcePort, to topic: Topic, in folder: TemporaryFolder,
        retryFor: Duration = .seconds(10), transactionLines: Int64 = 4, stop: StopSignal = StopSignal(),
        clock: @escaping () -> Double = { StageTime.monotonicSeconds }
    ) throws -> LoadReport {
        var options = LoadOptions(clock: LawClock.clock)
        options.transactionLines = transactionLines
        let backup = try LineBackup(of: port, to: topic, retryFor: retryFor, stop: stop, clock: clock)
        let loader = Loader(
            warehouse: try SQLiteWarehouse(path: folder.path("w.db")), rawStore: nil, options: options,
            backups: [backup], stop: stop, wallClock: { LawClock.clock.now })
        let lines = LineSet(port: port, texts: texts)
        return try loader.run(movies: port == .movies ? lines : nil, events: port == .events ? lines : nil)
    }

    private func load(
        _ lines: Int, to topic: Topic, in folder: TemporaryFolder, retryFor: Duration = .seconds(10),
        transactionLines: Int64 = 4, stop: StopSignal = StopSignal(),
        clock: @escaping () -> Double = { StageTime.monotonicSeconds }
    ) throws -> LoadReport {
        try load(
            (1...lines).reversed().map { "{\"id\":\($0),\"title\":\"T\"}" }, .movies, to: topic, in: folder,
            retryFor: retryFor, transactionLines: transactionLines, stop: stop, clock: clock)
    }

    private func movies(in folder: TemporaryFolder) throws -> Int64 {
        try SQLiteReader(path: folder.path("w.db")).rowCounts().first { $0.table == "movies" }?.rows ?? 0
    }

    private func key(_ movie: Int) -> String { "\(movie):2024-10-04" }

    @Test func whatIsCommittedWasConfirmedBefore() throws {
        let (topic, folder) = (Topic(), try TemporaryFolder(inMemory: true))
        let report = try load(10, to: topic, in: folder)
        #expect(report.backups.first?.confirmed == 10 && topic.confirmed == (1...10).reversed().map(key))
        #expect(topic.isClosed && report.run.outcome == .completed)
    }

    @Test func afterALossTheRestIsSentAgain() throws {
        let (topic, folder) = (Topic(), try TemporaryFolder(inMemory: true))
        topic.losesAfter = 1
        let report = try load(3, to: topic, in: folder)
        #expect(topic.sent == [3, 2, 1, 2, 1].map(key) && topic.confirmed == [3, 2, 1].map(key))
        #expect(report.backups.first?.confirmed == 3 && report.backups.first?.sentAgain == 2)
    }

    @Test func aTopicThatStaysAwayEndsTheRunWithoutTheCommit() throws {
        let (topic, folder) = (Topic(), try TemporaryFolder(inMemory: true))
        // The first transaction is confirmed and committed, and the second is not.
        topic.whenConfirmed = {
            if topic.confirmed.count == 4 { (topic.losesAfter, topic.comesBack) = (0, false) }
        }
        #expect {
            try load(8, to: topic, in: folder, retryFor: .milliseconds(200))
        } throws: { error in
            let failure = error as? BackupFailure
            return failure?.kind == .unreachable && failure?.mayRetry == false
        }
        #expect(try movies(in: folder) == 4 && topic.confirmed.count == 4)
    }

    @Test func aSignalEndsTheWaitForATopicThatIsSilent() throws {
        let (topic, folder, stop) = (Topic(), try TemporaryFolder(inMemory: true), StopSignal())
        topic.answers = false
        stop.request(.terminate)
        var now = 0.0
        let report = try load(
            8, to: topic, in: folder, stop: stop,
            clock: {
                now += 0.5; return now
            })
        #expect(report.stopReason == .terminate && report.backups.first?.confirmed == 0)
        #expect(try movies(in: folder) == 0)
    }

    @Test func aDocumentThatIsRefusedIsLoadedAndNamed() throws {
        let (topic, folder) = (Topic(), try TemporaryFolder(inMemory: true))
        topic.refusedKeys = [key(2)]
        let report = try load(3, to: topic, in: folder)
        #expect(report.backups.first?.confirmed == 2 && report.backups.first?.unsentCount == 1)
        #expect(report.backups.first?.unsent.map(\.source) == ["a"])
        #expect(try movies(in: folder) == 3)
    }

    // MARK: Events

    private static func event(_ user: Int, second: Int = 0, movie: Int = 7) -> String {
        "{\"event_type\":\"view\",\"event_time\":\"2026-11-20T10:00:\(10 + second)Z\",\"user_id\":\(user),"
            + "\"movie_id\": \(movie) ,\"x\":1.50}"
    }

    private func events(in folder: TemporaryFolder) throws -> Int64 {
        try SQLiteReader(path: folder.path("w.db")).rowCounts().first { $0.table == "fact_user_event" }?.rows ?? 0
    }

    @Test func acceptedEventsAreSentAsTheyAreAndOthersAreNot() throws {
        let (topic, folder) = (Topic(), try TemporaryFolder(inMemory: true))
        let good = (1...10).map { Self.event($0) }
        let texts = good[..<6] + [good[2], "{\"event_type\":\"view\"}", "no JSON"] + good[6...] + [good[9]]
        let report = try load(Array(texts), .events, to: topic, in: folder)
        #expect(topic.values == good && topic.confirmed == (1...10).map(String.init), "keyed by user")
        let backup = try #require(report.backups.first)
        #expect(backup.port == .events && backup.confirmed == 10 && backup.unsentCount == 0)
        #expect(report.run.counts.accepted == 10 && report.run.counts.duplicates == 2)
        #expect(try events(in: folder) == 10)
        // What is loaded already is not sent again.
        let again = try load(good, .events, to: topic, in: folder)
        #expect(again.backups.first?.confirmed == 0 && topic.values == good)
    }

    @Test func eventsOfACommitWereConfirmedBefore() throws {
        let (topic, folder) = (Topic(), try TemporaryFolder(inMemory: true))
        topic.whenConfirmed = {
            if topic.confirmed.count == 4 { (topic.losesAfter, topic.comesBack) = (0, false) }
        }
        #expect {
            try load((1...8).map { Self.event($0) }, .events, to: topic, in: folder, retryFor: .milliseconds(200))
        } throws: { error in
            (error as? BackupFailure)?.kind == .unreachable
        }
        #expect(try events(in: folder) == 4 && topic.confirmed == (1...4).map(String.init))
        // The next run sends what was not committed.
        let next = Topic()
        let report = try load((1...8).map { Self.event($0) }, .events, to: next, in: folder)
        #expect(report.backups.first?.confirmed == 4 && next.confirmed == (5...8).map(String.init))
    }

    @Test func afterALossEventsAreSentAgainAndRefusedOnesAreNamed() throws {
        let (topic, folder) = (Topic(), try TemporaryFolder(inMemory: true))
        topic.losesAfter = 1
        topic.refusedKeys = ["2"]
        let report = try load((1...4).map { Self.event($0) }, .events, to: topic, in: folder)
        #expect(topic.confirmed == ["1", "3", "4"])
        #expect(report.backups.first?.sentAgain == 2 && report.backups.first?.confirmed == 3)
        #expect(report.backups.first?.unsent.map(\.line) == [2])
        #expect(try events(in: folder) == 4)
    }
}
