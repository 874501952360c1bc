import CSQLite
import Foundation

/// Measures the delay from the sending of an event to the moment when its row can be read, while `reelhouse run --follow`
/// loads a topic into SQLite.
struct FollowDelay {
    /// `--batch-interval` of the follower.
    static let interval = "1s"
    /// For how many seconds events are sent.
    static let seconds = 30

    /// The delays of all events, in milliseconds, sorted.
    private(set) var delays: [Int64] = []
    private let database: OpaquePointer
    /// How many rows of each time were seen.
    private var seen: [Int64: Int64] = [:]
    private var version: Int64 = -1

    /// Follows a topic for some seconds.
    ///
    /// - Parameters:
    ///   - program: the path of `reelhouse`.
    ///   - warehouse: a file that does not exist yet.
    static func run(
        program: String, topic: String, at address: String, warehouse: String, rawStore: String
    ) throws -> FollowDelay {
        let follower = Process()
        follower.executableURL = URL(fileURLWithPath: program)
        follower.arguments = [
            "run", "--follow", "--batch-interval", interval, "--quiet", "--warehouse", warehouse, "--raw", rawStore,
            "--events", "kafka://\(address)/\(topic)",
        ]
        follower.standardOutput = FileHandle.nullDevice
        try follower.run()
        defer {
            follower.terminate()
            follower.waitUntilExit()
        }
        for _ in 0..<500 where !isReadable(warehouse) { usleep(20_000) }
        var delay = try FollowDelay(warehouse)
        defer { sqlite3_close_v2(delay.database) }
        let sent = Sending(topic, address)
        let deadline = ContinuousClock.now + .seconds(seconds + 30)
        while .now < deadline {
            try delay.look()
            if let total = try sent.total, delay.delays.count >= total { break }
            usleep(5000)
        }
        let total = try sent.total ?? 0
        guard total > 0, delay.delays.count == total else {
            throw BenchError("\(delay.delays.count) rows of \(total) events were seen")
        }
        delay.delays.sort()
        return delay
    }

    /// The delay that a share of the events did not exceed, in seconds.
    func quantile(_ share: Double) -> Double {
        Double(delays[min(delays.count - 1, Int(Double(delays.count) * share))]) / 1000
    }

    private init(_ path: String) throws {
        var database: OpaquePointer?
        guard sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, nil) == SQLITE_OK, let database else {
            throw BenchError("\(path) cannot be opened")
        }
        self.database = database
    }

    /// Counts the rows that have become visible since the last look.
    private mutating func look() throws {
        var version = self.version
        try forEachRow("PRAGMA data_version") { version = $0 }
        if version == self.version { return }
        self.version = version
        var found: [(time: Int64, rows: Int64)] = []
        let query = "SELECT event_time, count(*) FROM fact_user_event WHERE event_time >= ? GROUP BY 1"
        try forEachRow(query, SteadyProducer.now - 10_000) { time, rows in found.append((time, rows)) }
        let now = SteadyProducer.now
        for (time, rows) in found {
            let new = rows - (seen[time] ?? 0)
            seen[time] = rows
            for _ in 0..<max(0, new) { delays.append(now - time) }
        }
    }

    private func forEachRow(_ query: String, _ body: (Int64) -> Void) throws {
        try forEachRow(query, nil) { value, _ in body(value) }
    }

    private func forEachRow(_ query: String, _ parameter: Int64?, _ body: (Int64, Int64) -> Void) throws {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(database, query, -1, &statement, nil) == SQLITE_OK, let statement else {
            throw BenchError(String(cString: sqlite3_errmsg(database)))
        }
        defer { sqlite3_finalize(statement) }
        if let parameter { sqlite3_bind_int64(statement, 1, parameter) }
        while sqlite3_step(statement) == SQLITE_ROW {
            body(sqlite3_column_int64(statement, 0), sqlite3_column_int64(statement, 1))
        }
    }

    private static func isReadable(_ path: String) -> Bool {
        guard access(path, R_OK) == 0, let delay = try? FollowDelay(path) else { return false }
        defer { sqlite3_close_v2(delay.database) }
        return (try? delay.forEachRow("SELECT count(*) FROM fact_user_event") { _ in }) != nil
    }

    /// Sends events on a thread of its own.
    private final class Sending: @unchecked Sendable {
        // Sendable because the lock guards the result.
        private let lock = NSLock()
        private var result: Result<Int, any Error>?

        init(_ topic: String, _ address: String) {
            Thread { [self] in
                let sent = Result { try SteadyProducer.run(to: topic, at: address, seconds: FollowDelay.seconds) }
                lock.withLock { result = sent }
            }.start()
        }

        /// How many events were sent in all; nil while they are sent.
        var total: Int? { get throws { try lock.withLock { result }?.get() } }
    }
}
