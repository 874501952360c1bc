import Foundation

/// A Kafka broker of the tests' own, in a folder of its own on free ports of the loopback address.
///
/// It is started by the script `serve` of the folder beside the project, `../shared/services/kafka`. It ends, and its
/// folder goes, with this process, however that ends.
///
/// ```
/// @Test(.enabled(if: KafkaServer.isThere, "\(KafkaServer.whatToSet)")) func reads() throws {
///     let address = try KafkaServer.sharedAddress()   // "127.0.0.1:21000"
/// }
/// ```
public final class KafkaServer: Sendable {
    /// Where a broker is that the tests use instead of one of their own (host:port, without a password), or the path of
    /// the script that starts one.
    public static let variable = "REELHOUSE_TEST_KAFKA"

    /// What a test that is skipped says.
    public static let whatToSet =
        "no Kafka: set \(variable) to host:port of a broker, or to the path of a script that starts one"
    /// The same for tests that stop a broker, or need its other listeners.
    public static let whatToInstall =
        "no Kafka of the tests' own: set \(variable) to the path of a script that starts one"

    private static let value = ProcessInfo.processInfo.environment[variable].flatMap { $0.isEmpty ? nil : $0 }

    /// The script that starts brokers; nil where there is none, or no Java.
    private static let script: String? = {
        let path = value.flatMap { $0.hasPrefix("/") ? $0 : nil }
        let beside = FileManager.default.currentDirectoryPath + "/../shared/services/kafka/serve"
        let script = path ?? beside
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let hasJava = folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/java") }
        return hasJava && FileManager.default.isExecutableFile(atPath: script) ? script : nil
    }()

    /// The broker that the variable names.
    public static var named: String? { value.flatMap { $0.hasPrefix("/") ? nil : $0 } }
    /// Whether the tests can start brokers of their own.
    public static var canStart: Bool { script != nil }
    /// Whether there is a broker for tests that only use one.
    public static var isThere: Bool { named != nil || canStart }

    private static let started = Result { try KafkaServer() }

    /// The broker of their own that all tests share; it is never stopped.
    public static func shared() throws -> KafkaServer { try started.get() }

    /// The address of the broker that all tests share.
    public static func sharedAddress() throws -> String { try named ?? started.get().address }

    /// The folder of the broker.
    public let folder: String
    /// The first port that it listens on, on 127.0.0.1: without encryption and passwords.
    public let port: Int
    private let watch: Watch

    /// How many brokers it has; broker i listens from `port` + 10 (i - 1).
    public let nodes: Int

    /// Makes a broker, or a cluster of several, and starts it.
    ///
    /// - Parameters:
    ///   - nodes: how many brokers; with three, each partition has a copy on each.
    ///   - properties: lines for `server.properties` of each broker, such as those of an authorizer.
    public init(nodes: Int = 1, properties: [String] = []) throws {
        self.nodes = nodes
        guard let script = KafkaServer.script else { throw ServerFailure("there is no Kafka to start") }
        let parent = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        folder = parent + "/reelhouse-kafka-" + String(UInt64.random(in: .min ... .max), radix: 36)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        port = try FreePort.find(inARow: 10 * (nodes - 1) + 6)
        watch = Watch(folder: folder, lastSignal: "TERM")
        // The shell that runs this ignores SIGTERM, and its programs would too.
        try watch.begin([
            "/usr/bin/env", "--default-signal=TERM", "/bin/sh", "-c", KafkaServer.program, script, folder, "\(port)",
            "\(nodes)", properties.joined(separator: "\n"),
        ])
        // Several brokers, and those that are started twice, share the machine.
        let seconds = 90 * nodes * (properties.isEmpty ? 1 : 2)
        for _ in 0..<seconds * 100 where !FileManager.default.fileExists(atPath: folder + "/started") { usleep(10_000) }
        guard FileManager.default.fileExists(atPath: folder + "/started") else {
            let log = (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? ""
            throw ServerFailure("Kafka does not start: \(log.suffix(1000))")
        }
    }

    deinit { watch.end(signal: nil) }

    private static let program = """
        serve=$0 folder=$1 port=$2 nodes=$3 properties=$4
        trap '"$serve" kill "$folder/data"; exit' TERM
        "$serve" start "$folder/data" --port "$port" --nodes "$nodes" || exit
        if [ -n "$properties" ]; then
            # The script writes the properties when it starts a broker for the first time.
            "$serve" kill "$folder/data"
            for file in "$folder"/data/node*/server.properties; do printf '%s\n' "$properties" >>"$file"; done
            "$serve" start "$folder/data" || exit
        fi
        : >"$folder/started"
        while :; do sleep 1; done
        """

    /// The address of its listener without encryption and passwords; several, with commas, of a cluster.
    public var address: String {
        (0..<nodes).map { "127.0.0.1:\(port + 10 * $0)" }.joined(separator: ",")
    }
    /// The address of its listener that wants a password (SASL/PLAIN, not encrypted).
    public var passwordAddress: String { "127.0.0.1:\(port + 1)" }
    /// The address of its listener with TLS.
    public var encryptedAddress: String { "127.0.0.1:\(port + 2)" }
    /// A port that it listens on, but advertises as `advertisedPort`, where nobody listens.
    public var portBehindProxy: Int { port + 3 }
    /// The port that it advertises to who comes by `portBehindProxy`.
    public var advertisedPort: Int { port + 4 }
    /// The certificate that signs that of the broker.
    public var certificate: String { folder + "/data/ca.pem" }
    /// The user of the listener that wants a password.
    public static let user = "reelhouse"
    /// That user's password.
    public static let password = "reelhouse-secret"

    // MARK: Stopping and starting

    /// Kills the broker (SIGKILL), and waits for its end.
    public func kill() throws { try run("kill") }
    /// Kills one broker of a cluster (SIGKILL), and waits for its end.
    ///
    /// - Parameter node: its number, from 1.
    public func kill(node: Int) throws { try run("kill", "\(node)") }
    /// Starts the brokers that were killed, with their data, and waits until they answer.
    public func start() throws { try run("start") }

    private func run(_ verb: String, _ more: String...) throws {
        guard let script = KafkaServer.script else { throw ServerFailure("there is no Kafka to start") }
        let process = Process()
        // Foundation waits until nobody has a certain descriptor, which the broker would inherit.
        let closing = """
            for f in /proc/self/fd/*; do n=${f##*/}; [ "$n" -gt 2 ] && eval "exec $n>&-"; done
            exec "$0" "$@"
            """
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", closing, script, verb, folder + "/data"] + more
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw ServerFailure("\(script) \(verb) failed") }
    }
}
