import Foundation
import Servers
import Synchronization

/// The server of the tests of the schema, which send statements by psql.
final class SchemaServer: Sendable {
    /// Why the tests are skipped.
    static let isMissing = PostgresServer.whatToSet

    /// The server; nil where there is none.
    static let shared: SchemaServer? =
        PostgresServer.isThere ? (try? PostgresServer.sharedURL()).map { SchemaServer(location: $0) } : nil

    /// What psql connects to.
    let location: String
    private let count = Mutex(0)

    private init(location: String) { self.location = location }

    /// A name for a schema that no other test has.
    func freshName(_ start: String = "t") -> String {
        count.withLock { count in
            count += 1
            return "\(start) \(ProcessInfo.processInfo.processIdentifier) \(count)"
        }
    }
}

/// A session of psql, which answers statements one after the other.
final class SchemaSession {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var rest = ""
    private static let end = "--- answered ---"

    init(_ server: SchemaServer) throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["psql", "-X", "-q", "-A", "-t", "-F", "|", "-P", "null=-", server.location]
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        // A time zone in which no month begins when it begins in UTC.
        process.environment = ProcessInfo.processInfo.environment.merging(["PGTZ": "Asia/Kathmandu"]) { $1 }
        try process.run()
        _ = run("\\set VERBOSITY sqlstate\nSET client_min_messages = warning")
    }

    /// Runs statements and gives the lines of their rows; of an error `ERROR:  ` and its SQLSTATE.
    @discardableResult
    func run(_ sql: String) -> [String] {
        begin(sql)
        return finish()
    }

    /// Sends statements, and waits for nothing.
    func begin(_ sql: String) { input.fileHandleForWriting.write(Data((sql + ";\n\\echo \(Self.end)\n").utf8)) }

    /// Waits for the answer to what was sent.
    func finish() -> [String] {
        while true {
            if let range = rest.range(of: Self.end + "\n") {
                let answer = rest[..<range.lowerBound]
                rest = String(rest[range.upperBound...])
                return answer.split(separator: "\n").map(String.init)
            }
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { return rest.split(separator: "\n").map(String.init) + ["psql ended"] }
            rest += String(decoding: data, as: UTF8.self)
        }
    }

    /// Ends psql as a program that is killed ends.
    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    deinit {
        if process.isRunning { kill() }
    }
}
