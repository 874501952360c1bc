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
    private let rows: WarehouseRows
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
        var delay = FollowDelay(rows: try WarehouseRows(warehouse))
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

    private init(rows: WarehouseRows) { self.rows = rows }

    /// Counts the rows that have become visible since the last look.
    private mutating func look() throws {
        var version = self.version
        try rows.forEach("SELECT data_version, 0 FROM pragma_data_version") { found, _ in version = found }
        if version == self.version { return }
        self.version = version
        var found: [(time: Int64, rows: Int64)] = []
        let query = "SELECT event_time, count(*) FROM fact_user_event WHERE event_time >= ? GROUP BY 1"
        try rows.forEach(query, SteadyProducer.now - 10_000) { time, rows in found.append((time, rows)) }
        let now = SteadyProducer.now
        for (time, rows) in found {
            let new = rows - (seen[time] ?? 0)
            seen[time] = rows
            for _ in 0..<max(0, new) { delays.append(now - time) }
        }
    }

    private static func isReadable(_ path: String) -> Bool {
        guard access(path, R_OK) == 0, let rows = try? WarehouseRows(path) else { return false }
        return (try? rows.forEach("SELECT count(*), 0 FROM fact_user_event") { _, _ in }) != nil
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

/// Reads pairs of integers from a warehouse. Owns the connection.
private final class WarehouseRows {
    private let database: OpaquePointer

    init(_ path: String) throws {
        var database: OpaquePointer?
        guard sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, nil) == SQLITE_OK, let database else {
            sqlite3_close_v2(database)
            throw BenchError("\(path) cannot be opened")
        }
        self.database = database
    }

    deinit { sqlite3_close_v2(database) }

    /// Calls `body` with each row of a query of two columns.
    func forEach(_ query: String, _ parameter: Int64? = nil, _ body: (Int64, Int64) -> Void) throws {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(database, query, -1, &statement, nil) == SQLITE_OK, let statement else {
            throw failure
        }
        defer { sqlite3_finalize(statement) }
        if let parameter, sqlite3_bind_int64(statement, 1, parameter) != SQLITE_OK { throw failure }
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: body(sqlite3_column_int64(statement, 0), sqlite3_column_int64(statement, 1))
            case SQLITE_DONE: return
            default: throw failure
            }
        }
    }

    private var failure: BenchError { BenchError(String(cString: sqlite3_errmsg(database))) }
}
