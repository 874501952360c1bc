import Domain
import Fixtures
import Kafka
import KafkaTesting
import Pipeline
import Servers
import TestSupport
import Testing

/// Exactly once from topics: a run that fails at a commit and is run again gives the same warehouse as a run without a
/// failure. The same check finds loaders that take the position from elsewhere than from the rows' transaction.
@Suite(.waits, .enabled(if: KafkaServer.isThere, "\(KafkaServer.whatToSet)")) struct KafkaFaultTests {
    /// How a loader takes and saves the position.
    enum Loader: CaseIterable {
        case correct
        /// It commits the position in a transaction before that of the rows.
        case positionBeforeRows
        /// It commits the position in a transaction after that of the rows.
        case positionAfterRows
        /// It goes on at the offsets of the group.
        case positionOfGroup

        var defect: FaultyWarehouse.Defect? {
            switch self {
            case .positionBeforeRows: .positionBeforeRows
            case .positionAfterRows: .positionAfterRows
            case .correct, .positionOfGroup: nil
            }
        }

        /// The step at which a crash shows the defect.
        var step: FaultyWarehouse.Step { self == .positionOfGroup ? .afterCommit : .beforeCommit }
    }

    private static let sizes = LawWarehouse.Sizes(chunkBytes: 6 << 10, groupRows: 20, transactionLines: 40, decoders: 2)

    /// Lines in topics, and the warehouse of a run without a failure.
    private struct Input: Sendable {
        let (movies, events): (KafkaTopicOfATest, KafkaTopicOfATest)
        let expected: WarehouseState
        let commits: Int

        static let shared = Result { try Input() }

        private init() throws {
            let lines = try LawInput.generated(seed: 21, movies: 30, events: 260, withConflicts: true)
            let sources = try PublishedInput(lines, .kafka, isByEvent: true)
            movies = try #require(sources.movies as? KafkaTopicOfATest)
            events = try #require(sources.events as? KafkaTopicOfATest)
            let warehouse = try LawWarehouse(.sqlite)
            let counting = Box<FaultyWarehouse>()
            try warehouse.run(movies: movies, events: events, sizes: KafkaFaultTests.sizes) {
                let wrapped = FaultyWarehouse($0)
                counting.value = wrapped
                return wrapped
            }
            expected = try warehouse.state()
            commits = counting.value?.counts[.beforeCommit] ?? 0
        }
    }

    /// Makes a run crash at a commit, runs again, and returns the differences from the warehouse of a run without a
    /// failure.
    private func differences(
        _ loader: Loader, at step: FaultyWarehouse.Step, occurrence: Int
    ) throws -> [String] {
        let input = try Input.shared.get()
        let warehouse = try LawWarehouse(.sqlite)
        let group = "group-" + String(UInt64.random(in: .min ... .max), radix: 36)
        let events = GroupedTopic(input.events, group: group, isGroupRead: loader == .positionOfGroup)
        let faulty = Box<FaultyWarehouse>()
        do {
            try warehouse.run(movies: input.movies, events: events, sizes: Self.sizes) {
                let wrapped = FaultyWarehouse($0, at: step, occurrence: occurrence, defect: loader.defect)
                faulty.value = wrapped
                return wrapped
            }
            Issue.record("\(step.rawValue) \(occurrence) did not end the run")
        } catch is Fault {}
        // The connection is closed without a commit, as that of a killed program is.
        faulty.value = nil
        try warehouse.run(movies: input.movies, events: events, sizes: Self.sizes)
        return try warehouse.state().differences(from: input.expected)
    }

    @Test(arguments: [FaultyWarehouse.Step.beforeCommit, .afterCommit])
    func aRunThatCrashesAtACommitIsMadeGood(_ step: FaultyWarehouse.Step) throws {
        let commits = try Input.shared.get().commits
        for occurrence in [1, commits / 2, commits - 2, commits - 1] {
            let found = try differences(.correct, at: step, occurrence: occurrence)
            #expect(found.isEmpty, "\(occurrence) of \(commits): \(found.joined(separator: "\n"))")
        }
    }

    @Test(arguments: Loader.allCases.filter { $0 != .correct })
    func aCarelessLoaderIsCaught(_ loader: Loader) throws {
        // The last commit but one is the last that brings events; in the middle are some of each partition.
        let commits = try Input.shared.get().commits
        let found = try differences(loader, at: loader.step, occurrence: commits - 2)
        #expect(!found.isEmpty, "\(loader) went unnoticed")
    }
}

/// A published topic that is read with a group of its own.
private final class GroupedTopic: PublishedSources {
    private let inner: KafkaTopicOfATest
    private let group: String
    private let isGroupRead: Bool

    /// - Parameter isGroupRead: whether the position is that of the group, a defect.
    init(_ inner: KafkaTopicOfATest, group: String, isGroupRead: Bool) {
        self.inner = inner
        self.group = group
        self.isGroupRead = isGroupRead
    }

    var names: [String] { inner.names }
    var ends: Bool { true }
    func append(_ lines: [SourceLine], to source: Int) throws { try inner.append(lines, to: source) }
    func lineCounts() throws -> [Int64] { try inner.lineCounts() }

    func set(chunkBytes: Int) throws -> any SourceSet {
        let topic = inner.topic
        let location = try KafkaLocation("kafka://\(topic.address)/\(topic.name)?group.id=\(group)", environment: [:])
        let set = try KafkaSet([location], port: .events, chunkBytes: chunkBytes)
        return isGroupRead ? GroupPositions(inner: set, topic: topic, group: group) : set
    }
}

/// Sources with a defect: they go on at the offsets that the group has, whatever the warehouse says.
private struct GroupPositions: SourceSet {
    let inner: KafkaSet
    let topic: TestTopic
    let group: String

    var port: SourcePort { inner.port }
    func describe() throws -> [SourceDescription] { inner.describe() }

    func open(
        _ request: SourceRequest, known: ((KnownSource) throws -> Void) throws -> Void
    ) throws -> any LineSource {
        var sources: [KnownSource] = []
        try known { source in
            var source = source
            let partition = Int32(source.checkpoint.source.split(separator: "/").last ?? "") ?? 0
            let offset = try topic.committed(by: group, partition: partition) ?? 0
            source.checkpoint.position = SourcePosition(order: offset, detail: "0")
            sources.append(source)
        }
        let moved = sources
        return try inner.open(request) { body in for source in moved { try body(source) } }
    }
}
