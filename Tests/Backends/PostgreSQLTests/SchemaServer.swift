import Foundation
import Synchronization

/// A PostgreSQL server for the tests of the schema: that of `REELHOUSE_TEST_POSTGRES`, or one of Debian's package, on a
/// folder of its own. It is stopped when this process ends, however it ends. Statements go through psql.
final class SchemaServer: Sendable {
    /// What is said where the tests are skipped.
    static let isMissing =
        "no PostgreSQL server: install one (apt-get install postgresql), or name one in REELHOUSE_TEST_POSTGRES"

    /// The server; nil where none is there.
    static let shared: SchemaServer? = start()

    /// What psql connects with.
    let location: String
    /// The script that stops the server when this pipe, its standard input, is closed; none for a server of others.
    private let keeper: Pipe?
    private let count = Mutex(0)

    private init(location: String, keeper: Pipe? = nil) {
        self.location = location
        self.keeper = keeper
    }

    /// A name for a schema that no other test has.
    func freshName(_ start: String = "t") -> String {
        count.withLock { count in
            count += 1
            return "\(start) \(ProcessInfo.processInfo.processIdentifier) \(count)"
        }
    }

    private static func start() -> SchemaServer? {
        if let location = ProcessInfo.processInfo.environment["REELHOUSE_TEST_POSTGRES"] {
            return SchemaServer(location: location)
        }
        let folder = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        guard let newest = versions.max(by: { Int($0) ?? 0 < Int($1) ?? 0 }),
            FileManager.default.isExecutableFile(atPath: "\(folder)/\(newest)/bin/initdb")
        else { return nil }
        let script = Process()
        let isRoot = getuid() == 0
        script.executableURL = URL(fileURLWithPath: isRoot ? "/usr/sbin/runuser" : "/bin/sh")
        script.arguments =
            (isRoot ? ["-u", "postgres", "--", "/bin/sh"] : []) + ["-c", Self.script, "\(folder)/\(newest)/bin"]
        script.currentDirectoryURL = URL(fileURLWithPath: "/tmp")
        let (input, output) = (Pipe(), Pipe())
        script.standardInput = input
        script.standardOutput = output
        script.standardError = FileHandle.nullDevice
        guard (try? script.run()) != nil else { return nil }
        let answer = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard answer.hasPrefix("/tmp/") else { return nil }
        let socket = answer.trimmingCharacters(in: .whitespacesAndNewlines)
        return SchemaServer(location: "host=\(socket) user=postgres dbname=postgres", keeper: input)
    }

    private static let script = """
        PATH=$0:$PATH
        folder=$(mktemp -d /tmp/reelhouse-postgres.XXXXXX) || exit 1
        trap 'pg_ctl -D $folder/data -m immediate stop; rm -rf $folder' EXIT
        initdb -D $folder/data -U postgres -A trust -E UTF8 --locale=C --no-sync >/dev/null || exit 1
        pg_ctl -D $folder/data -l $folder/log -w start \
            -o "-k $folder -c listen_addresses= -c fsync=off -c timezone=Asia/Kathmandu" >/dev/null || exit 1
        echo $folder
        read -r line
        """
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
