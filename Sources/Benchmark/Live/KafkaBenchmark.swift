import Foundation
import Glibc

/// What is measured with a Kafka broker, in the order of a round.
enum KafkaScenario: String, CaseIterable {
    /// `reelhouse run` of the events' files into SQLite.
    case files = "files-to-sqlite"
    /// `reelhouse run` of the same lines in a topic into SQLite.
    case load = "kafka-to-sqlite"
    /// `kcat` reads the topic to nowhere.
    case read = "kcat-read"
    /// `reelhouse publish` of a file with the same lines.
    case publish
    /// `kcat` sends the same file.
    case produce = "kcat-produce"
    /// The same, compressed at the level of `publish`.
    case produceAlike = "kcat-produce-level-1"
}

/// Measures loads from Kafka and publishing for one number of events.
struct KafkaBenchmark {
    private let jobs: Jobs
    private let workspace: Workspace
    private let server: KafkaServer
    private let topics: KafkaTopics
    private let scenarios: [KafkaScenario]
    private let kcat: String
    private var topic = ""
    private var accepted = 0
    private let events: Int

    private var eventFolder: String { workspace.file("live-\(events)/events") }
    private var lines: String { workspace.file("live-\(events).ndjson") }

    /// What kcat's producer is set to: as `publish`, which has the same codec, acknowledgements, batches and lingering. The
    /// codec's level is librdkafka's default, 3.
    static let producerSettings = [
        "compression.codec=zstd", "acks=all", "enable.idempotence=true", "linger.ms=20", "batch.size=1000000",
    ]

    /// Generates the input, measures, and prints the report.
    static func run(
        events: Int, rounds: Int, _ jobs: Jobs, _ workspace: Workspace, _ server: KafkaServer
    ) throws {
        let kcat = Programs.find("kcat") ?? Programs.find("kafkacat")
        if kcat == nil { print("kcat is not there (apt-get install kcat), so that nothing is compared with it.") }
        var benchmark = KafkaBenchmark(
            jobs: jobs, workspace: workspace, server: server, topics: try KafkaTopics(server.address),
            scenarios: KafkaScenario.allCases.filter { kcat != nil || [.files, .load, .publish].contains($0) },
            kcat: kcat ?? "", events: events)
        try benchmark.prepare { complain("  \($0)") }
        let samples = try benchmark.measure(rounds)
        print(KafkaReport(samples: samples, events: events).text)
        try benchmark.printDelay()
    }

    private init(
        jobs: Jobs, workspace: Workspace, server: KafkaServer, topics: KafkaTopics, scenarios: [KafkaScenario],
        kcat: String, events: Int
    ) {
        self.jobs = jobs
        self.workspace = workspace
        self.server = server
        self.topics = topics
        self.scenarios = scenarios
        self.kcat = kcat
        self.events = events
    }

    private mutating func prepare(_ tell: (String) -> Void) throws {
        tell("generating \(events) events")
        accepted = try jobs.generate(.new, events: events, to: "live-\(events)").accepted
        tell("loading the movies into SQLite")
        workspace.remove("live-movies.db")
        _ = try jobs.load(["--movies", workspace.file("live-\(events)/movies")], into: "live-movies.db")
        tell("writing the lines into one file")
        _ = try jobs.part(["lines", eventFolder, lines])
        tell("publishing them")
        topic = try topics.make()
        _ = try jobs.publish(lines, to: url(topic))
    }

    private func url(_ topic: String) -> String { "kafka://\(server.address)/\(topic)" }

    /// Runs the rounds. The first, with the number 0, does not count: a broker that has just been started is still
    /// compiled by its Java machine, which takes processor time from what is measured.
    private func measure(_ rounds: Int) throws -> Samples<KafkaScenario> {
        var samples = Samples<KafkaScenario>()
        for round in 0...rounds {
            for scenario in round % 2 == 0 ? scenarios.reversed() : scenarios {
                let sample = try run(scenario)
                complain(
                    "  round \(round), \(scenario.rawValue): \(sample.seconds.fixed(2)) s, "
                        + "CPU \(sample.cpuSeconds.fixed(2)) s")
                if round > 0 { samples.add(sample, to: scenario) }
            }
        }
        return samples
    }

    private func run(_ scenario: KafkaScenario) throws -> Sample {
        switch scenario {
        case .files: return try load(eventFolder)
        case .load: return try load(url(topic))
        case .read:
            return try kcat(["-C", "-e", "-q", "-o", "beginning", "-t", topic])
        case .publish:
            let topic = try topics.make()
            let sample = try jobs.publish(lines, to: url(topic))
            try topics.delete(topic)
            return sample
        case .produce, .produceAlike:
            let topic = try topics.make()
            let level = scenario == .produceAlike ? ["compression.level=1"] : []
            let settings = (Self.producerSettings + level).flatMap { ["-X", $0] }
            let sample = try kcat(["-P", "-t", topic, "-l"] + settings + [lines])
            try topics.delete(topic)
            return sample
        }
    }

    /// Measures and prints the delay of a follower.
    private func printDelay() throws {
        complain("  following a stream for \(FollowDelay.seconds) seconds")
        let topic = try topics.make()
        workspace.remove("live-follow.db")
        let delay = try FollowDelay.run(
            program: jobs.reelhouse, topic: topic, at: server.address, warehouse: workspace.file("live-follow.db"),
            rawStore: workspace.file("live-follow-raw"))
        try topics.delete(topic)
        print(
            "\nFrom sending to a visible row, under `run --follow --batch-interval \(FollowDelay.interval)` into SQLite at "
                + "\(SteadyProducer.rate.grouped) events/s for \(FollowDelay.seconds) s:\n"
                + "  median \(delay.quantile(0.5).fixed(2)) s, 99th percentile \(delay.quantile(0.99).fixed(2)) s, "
                + "longest \(delay.quantile(1).fixed(2)) s (\(delay.delays.count.grouped) events)")
    }

    private func load(_ events: String) throws -> Sample {
        defer { workspace.remove("live-run.db") }
        try workspace.copy("live-movies.db", to: "live-run.db")
        let sample = try jobs.load(["--events", events], into: "live-run.db")
        let facts = sample.rows["fact_user_event"] ?? 0
        guard facts == accepted else { throw BenchError("\(facts) facts where \(accepted) were planted") }
        return sample
    }

    private func kcat(_ arguments: [String]) throws -> Sample {
        // What it reads goes nowhere.
        try jobs.program(
            "/bin/sh", ["-c", "exec \"$@\" >/dev/null", "sh", kcat, "-b", server.address] + arguments, items: events)
    }
}
