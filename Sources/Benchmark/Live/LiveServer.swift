import Foundation

/// The server that is measured: a temporary one, or one that was named. Its databases for the measurements are dropped
/// at the end.
final class LiveServer {
    private let temporary: TemporaryServer?
    private let named: String?
    private let connection: ServerConnection
    private let processes: ServerProcesses?
    private var databases: Set<String> = []

    /// - Parameter named: the URL of a database; nil for a temporary server.
    init(named: String?) throws {
        self.named = named
        temporary = named == nil ? try TemporaryServer() : nil
        let url = named ?? temporary?.url(database: "postgres") ?? ""
        connection = try ServerConnection(url)
        let backend = try connection.run("SELECT pg_backend_pid()").flatMap(Int32.init)
        processes = backend.flatMap(ServerProcesses.init)
    }

    deinit {
        // A database that cannot be dropped costs no measurement.
        for name in databases { try? drop(name) }
    }

    /// Its version and the settings that decide what a commit costs, in words.
    var description: String {
        get throws {
            let version = connection.version
            let settings = try ["fsync", "synchronous_commit", "shared_buffers"].map { name in
                "\(name) \(try connection.run("SHOW \(name)") ?? "")"
            }
            let kind = temporary == nil ? "as named" : "a temporary one"
            return "PostgreSQL \(version / 10000).\(version % 10000), \(kind), \(settings.joined(separator: ", "))"
        }
    }

    /// The URL of a database of a measurement.
    func url(_ name: String) throws -> String {
        if let temporary { return temporary.url(database: Self.database(name)) }
        guard let named, var parts = URLComponents(string: named) else {
            throw BenchError("\(LiveOptions.variable) is no URL")
        }
        parts.path = "/" + Self.database(name)
        return parts.string ?? named
    }

    /// Makes a database, and writes what is in memory to the disk, so that it does not disturb a measurement.
    ///
    /// - Parameter template: the database that it is a copy of; nil for an empty one.
    func create(_ name: String, from template: String? = nil) throws {
        try drop(name)
        databases.insert(name)
        let origin = template.map(Self.database) ?? "template0"
        try connection.run("CREATE DATABASE \(Self.database(name)) ENCODING 'UTF8' TEMPLATE \(origin)")
        // Only some roles may.
        _ = try? connection.run("CHECKPOINT")
        if processes != nil { sync() }
    }

    /// Drops a database of a measurement, if it is there.
    func drop(_ name: String) throws { try connection.run("DROP DATABASE IF EXISTS \(Self.database(name))") }

    /// The size of a database in bytes.
    func size(_ name: String) throws -> Int64 {
        try connection.run("SELECT pg_database_size('\(Self.database(name))')").flatMap(Int64.init) ?? 0
    }

    /// Measures, and adds the processor time of the server's processes, if they are on this machine.
    func measure(_ work: () throws -> Sample) throws -> Sample {
        let before = processes?.seconds
        var sample = try work()
        if let before, let processes { sample.serverSeconds = processes.seconds - before }
        return sample
    }

    private static func database(_ name: String) -> String { "reelhouse_bench_\(name)" }
}
