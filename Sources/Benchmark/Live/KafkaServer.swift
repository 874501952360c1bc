import Foundation

/// The Kafka broker that is measured: a temporary one, or one that was named. It is found as the tests find theirs.
final class KafkaServer {
    /// host:port of a broker, or the path of a script that starts one: `SCRIPT start FOLDER --port PORT`.
    static let variable = "REELHOUSE_TEST_KAFKA"

    /// host:port.
    let address: String
    /// Whether it is one of this program's own.
    let isTemporary: Bool
    private var server: (shell: pid_t, pipe: Int32)?

    /// Runs the broker until the input ends, which it does when this process has ended too.
    private static let program = """
        trap '' INT TERM HUP
        folder=$0 script=$1 port=$2
        "$script" start "$folder/data" --port "$port" >"$folder/log" 2>&1 </dev/null && : >"$folder/started" ||
            : >"$folder/failed"
        while read -r line; do :; done
        "$script" kill "$folder/data" >/dev/null 2>&1
        rm -rf "$folder"
        """

    /// Finds or starts a broker; nil where there is none.
    init?() throws {
        let value = ProcessInfo.processInfo.environment[Self.variable] ?? ""
        if !value.isEmpty, !value.hasPrefix("/") {
            (address, isTemporary) = (value, false)
            return
        }
        let beside = FileManager.default.currentDirectoryPath + "/../shared/services/kafka/serve"
        let script = value.isEmpty ? beside : value
        guard access(script, X_OK) == 0 else { return nil }
        let parent = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        let folder = "\(parent)/reelhouse-bench-kafka-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // It listens on six ports in a row; another program's is told by the log.
        let port = 10 * Int.random(in: 2000...3200)
        (address, isTemporary) = ("127.0.0.1:\(port)", true)
        server = try TemporaryServer.spawn(["/bin/sh", "-c", Self.program, folder, script, "\(port)"])
        for _ in 0..<6000 {
            if access("\(folder)/started", F_OK) == 0 || access("\(folder)/failed", F_OK) == 0 { break }
            usleep(10_000)
        }
        guard access("\(folder)/started", F_OK) == 0 else {
            let log = (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? ""
            throw BenchError("Kafka does not start: \(log.suffix(1000))")
        }
    }

    deinit {
        guard let server else { return }
        close(server.pipe)
        while waitpid(server.shell, nil, 0) == -1, errno == EINTR {}
    }
}
