import Foundation

/// What is measured with MongoDB, in the order of a round.
enum MongoScenario: String, CaseIterable {
    /// `reelhouse copy raw` of a folder into a database.
    case copy = "folder-to-mongodb"
    /// Bulk upserts of the same documents, which are in memory.
    case put = "bare-upserts"
    /// `reelhouse run` of the collection into SQLite.
    case load = "mongodb-to-sqlite"
    /// A cursor over the same documents to nowhere.
    case read = "bare-cursor"
}

/// Measures a raw store on MongoDB, and loads from its collection.
struct MongoBenchmark {
    private let jobs: Jobs
    private let workspace: Workspace
    private let server: MongoServer
    private let documents: Int
    /// The name of the database that is read.
    private let name = "reelhouse_bench_\(UInt32.random(in: 0 ... .max))"

    private var rawFolder: String { workspace.file("mongo-raw") }

    /// Generates the documents, measures, and prints the report.
    static func run(rounds: Int, _ jobs: Jobs, _ workspace: Workspace, _ server: MongoServer) throws {
        var samples = Samples<MongoScenario>()
        let benchmark = try MongoBenchmark(jobs, workspace, server) { complain("  \($0)") }
        defer { _ = try? jobs.part(["mongo-drop", server.url(benchmark.name)]) }
        for round in 1...rounds {
            for scenario in round % 2 == 0 ? MongoScenario.allCases.reversed() : MongoScenario.allCases {
                let sample = try benchmark.run(scenario)
                complain(
                    "  round \(round), \(scenario.rawValue): \(sample.seconds.fixed(2)) s, "
                        + "CPU \(sample.cpuSeconds.fixed(2)) s")
                samples.add(sample, to: scenario)
            }
        }
        print(MongoReport(samples: samples, documents: benchmark.documents).text)
    }

    private init(_ jobs: Jobs, _ workspace: Workspace, _ server: MongoServer, _ tell: (String) -> Void) throws {
        (self.jobs, self.workspace, self.server) = (jobs, workspace, server)
        tell("generating movies, and loading them")
        _ = try jobs.generate(.new, events: 1000, to: "mongo")
        workspace.remove("mongo-raw")
        workspace.remove("mongo.db")
        _ = try jobs.program(
            jobs.reelhouse,
            [
                "run", "--movies", workspace.file("mongo/movies"), "--warehouse", workspace.file("mongo.db"), "--raw",
                workspace.file("mongo-raw"), "--now", "\(Dataset.now)", "--quiet",
            ], items: 0)
        tell("copying the documents into the server")
        _ = try jobs.copyRaw(workspace.file("mongo-raw"), to: server.url(name))
        documents = try jobs.limit(["mongo-read", server.url(name)]).items
    }

    private func run(_ scenario: MongoScenario) throws -> Sample {
        switch scenario {
        case .copy: return try intoNew { try jobs.copyRaw(rawFolder, to: $0) }
        case .put: return try intoNew { try jobs.limit(["mongo-put", server.url(name), $0]) }
        case .load:
            workspace.remove("mongo-load.db")
            return try jobs.load(["--movies", server.url(name + "." + BareMongo.collection)], into: "mongo-load.db")
        case .read: return try jobs.limit(["mongo-read", server.url(name)])
        }
    }

    /// Measures what fills a new database, which is removed afterwards.
    private func intoNew(_ fill: (String) throws -> Sample) throws -> Sample {
        let url = server.url("\(name)_new")
        defer { _ = try? jobs.part(["mongo-drop", url]) }
        return try fill(url)
    }
}
