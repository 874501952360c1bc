import Foundation
import Glibc

/// Measures loads into PostgreSQL, for one number of events.
struct LiveBenchmark {
    private let events: Int
    private let options: LiveOptions
    private let workspace: Workspace
    private let jobs: Jobs
    private let server: LiveServer
    private let scenarios: [LiveScenario]
    private var accepted = 0
    private var lines = 0
    private var held: (load: Sample, bytes: Int64)?

    /// The name of the folder with the movies and the events.
    private var input: String { "live-\(events)" }

    /// The folder with the events, in the order in which a scenario reads them.
    private func eventFolder(_ scenario: LiveScenario) -> String {
        workspace.file(scenario.counterpart == .shuffled ? "\(input)-shuffled" : "\(input)/events")
    }

    /// The file with the rows of a hand-written load.
    private func copyData(_ scenario: LiveScenario) -> String { "\(eventFolder(scenario)).copy" }

    /// Measures everything that the options name, and prints a report for each number of events.
    static func run(_ options: LiveOptions) throws {
        let signals = ChildProcess.passOnSignals()
        defer { for signal in signals { signal.cancel() } }
        let programs = try Programs()
        let workspace = try Workspace(kept: options.folder)
        let jobs = Jobs(programs, workspace)
        print("reelhouse-bench live: \(options.runs) runs taking turns, medians.\nMachine: \(BenchReport.machine).")
        if !programs.isRelease { print("This is no release build: its times mean nothing.") }
        if !options.scenarios.isEmpty { try runPostgreSQL(options, workspace, jobs) }
        if options.withKafka { try runKafka(options, workspace, jobs) }
        if options.withMongo { try runMongo(options, workspace, jobs, programs) }
        print("\nMachine: \(BenchReport.machine) at the end.")
    }

    private static func runKafka(_ options: LiveOptions, _ workspace: Workspace, _ jobs: Jobs) throws {
        guard let server = try KafkaServer() else {
            print(
                "Kafka is not measured: set \(KafkaServer.variable) to host:port of a broker, or to the path of a script "
                    + "that starts one.")
            return
        }
        print("Kafka: \(server.address), \(server.isTemporary ? "a temporary broker on this machine" : "as named").")
        for events in options.events {
            fflush(nil)
            try KafkaBenchmark.run(events: events, rounds: options.runs, jobs, workspace, server)
        }
    }

    private static func runMongo(
        _ options: LiveOptions, _ workspace: Workspace, _ jobs: Jobs, _ programs: Programs
    ) throws {
        guard let server = try MongoServer(programs.buildFolder) else {
            print("MongoDB is not measured: run make test-deps, or set \(MongoServer.variable) to mongodb://HOST:PORT.")
            return
        }
        print("MongoDB: \(server.description).")
        fflush(nil)
        try MongoBenchmark.run(rounds: options.runs, jobs, workspace, server)
    }

    private static func runPostgreSQL(_ options: LiveOptions, _ workspace: Workspace, _ jobs: Jobs) throws {
        let server = try LiveServer(named: options.server)
        print("Server: \(try server.description).")
        for (index, events) in options.events.enumerated() {
            fflush(nil)
            var benchmark = LiveBenchmark(
                events: events, options: options, workspace: workspace, jobs: jobs, server: server,
                scenarios: options.scenarios.filter { $0 != .grown || index == 0 })
            try benchmark.prepare { complain("  \($0)") }
            let samples = try benchmark.measure()
            print(LiveReport(samples: samples, held: benchmark.held, events: events).text)
        }
    }

    private init(
        events: Int, options: LiveOptions, workspace: Workspace, jobs: Jobs, server: LiveServer,
        scenarios: [LiveScenario]
    ) {
        self.events = events
        self.options = options
        self.workspace = workspace
        self.jobs = jobs
        self.server = server
        self.scenarios = scenarios
    }

    /// Generates the input, and the warehouses that the scenarios start from.
    private mutating func prepare(_ tell: (String) -> Void) throws {
        tell("generating \(events) events")
        accepted = try jobs.generate(.new, events: events, to: input).accepted
        let movies = ["--movies", workspace.file("\(input)/movies")]
        tell("loading the movies")
        try server.create("movies")
        _ = try jobs.load(movies, into: server.url("movies"))
        if scenarios.contains(.sqlite) {
            workspace.remove("live-movies.db")
            _ = try jobs.load(movies, into: "live-movies.db")
        }
        if scenarios.contains(where: { $0.counterpart == .shuffled }) {
            tell("shuffling the events")
            workspace.remove("\(input)-shuffled")
            _ = try jobs.part(["shuffle", eventFolder(.fresh), eventFolder(.shuffled)])
        }
        try prepareRows([.merge, .copy], tell)
        try prepareRows([.mergeShuffled], tell)
        if scenarios.contains(.grown) { try prepareHeld(tell) }
    }

    /// Writes the rows of hand-written loads that have the same events in the same order, where one of them is measured.
    private mutating func prepareRows(_ loads: [LiveScenario], _ tell: (String) -> Void) throws {
        guard let load = scenarios.first(where: loads.contains) else { return }
        tell("preparing the rows of the hand-written \(loads.map(\.rawValue).joined(separator: " and "))")
        lines = try jobs.part(["copy-data", eventFolder(load), copyData(load)]).result.lines
    }

    private mutating func prepareHeld(_ tell: (String) -> Void) throws {
        tell("generating \(events * 10) events of the days before")
        let generated = try jobs.generate(.held, events: events, to: "held")
        tell("loading them")
        try server.create("held", from: "movies")
        _ = try jobs.load(["--movies", workspace.file("held/movies")], into: server.url("held"))
        let load = try server.measure {
            try jobs.load(["--events", workspace.file("held/events")], into: server.url("held"))
        }
        try check(load, generated.accepted)
        held = (load, try server.size("held"))
    }

    private func check(_ sample: Sample, _ expected: Int) throws {
        let facts = sample.rows["fact_user_event"] ?? 0
        guard facts == expected else { throw BenchError("\(facts) facts where \(expected) were planted") }
    }

    /// Runs the rounds. Each scenario runs once in a round, in every second one the other way round.
    private func measure() throws -> Samples<LiveScenario> {
        var samples = Samples<LiveScenario>()
        for round in 1...options.runs {
            for scenario in round % 2 == 0 ? scenarios.reversed() : scenarios {
                let sample = try run(scenario)
                let server = sample.serverSeconds.map { ", server's CPU \($0.fixed(2)) s" } ?? ""
                complain(
                    "  round \(round), \(scenario.rawValue): \(sample.seconds.fixed(2)) s, "
                        + "CPU \(sample.cpuSeconds.fixed(2)) s\(server)")
                samples.add(sample, to: scenario)
            }
        }
        return samples
    }

    private func run(_ scenario: LiveScenario) throws -> Sample {
        let events = ["--events", eventFolder(scenario)]
        let sample: Sample
        switch scenario {
        case .fresh, .shuffled:
            sample = try measure(from: "movies") { try jobs.load(events, into: $0) }
            try check(sample, accepted)
        case .grown:
            sample = try measure(from: "held") { try jobs.load(events, into: $0) }
            try check(sample, accepted + (held?.load.rows["fact_user_event"] ?? 0))
        case .merge, .mergeShuffled: sample = try handWritten("copy-and-merge", scenario)
        case .copy: sample = try handWritten("copy", scenario)
        case .sqlite:
            defer { workspace.remove("live-run.db") }
            try workspace.copy("live-movies.db", to: "live-run.db")
            sample = try jobs.load(events, into: "live-run.db")
            try check(sample, accepted)
        }
        return sample
    }

    /// Measures work on a database that is made for it and dropped afterwards.
    private func measure(from template: String? = nil, _ work: (_ url: String) throws -> Sample) throws -> Sample {
        try server.create("run", from: template)
        let url = try server.url("run")
        let sample = try server.measure { try work(url) }
        try server.drop("run")
        return sample
    }

    private func handWritten(_ part: String, _ scenario: LiveScenario) throws -> Sample {
        var sample = try measure { try jobs.limit([part, copyData(scenario), $0]) }
        sample.items = lines
        return sample
    }
}
