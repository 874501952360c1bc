import Domain
import Servers
import Testing

@testable import PostgreSQL

/// A warehouse in a schema of its own, and groups of events that are loaded into it without a pipeline.
final class FactBench {
    /// What happened to the events of a group.
    struct Outcomes: Equatable {
        var (accepted, duplicates, conflicts, refused) = (0, 0, 0, 0)
        var messages: Set<String> = []

        init() {}
        init(accepted: Int = 0, duplicates: Int = 0, conflicts: Int = 0, refused: Int = 0) {
            (self.accepted, self.duplicates) = (accepted, duplicates)
            (self.conflicts, self.refused) = (conflicts, refused)
        }

        static func == (left: Outcomes, right: Outcomes) -> Bool {
            (left.accepted, left.duplicates, left.conflicts, left.refused)
                == (right.accepted, right.duplicates, right.conflicts, right.refused)
        }
    }

    /// 2026-11-20T00:00:00Z.
    static let now: Int64 = 1_795_132_800_000
    static let day: Int64 = 86_400_000

    let warehouse: PostgreSQLWarehouse
    let location: PostgresLocation
    /// A connection to look at the warehouse.
    let other: PostgresConnection
    private let dropper: PostgresConnection

    /// - Parameter url: the database; the user has to be allowed to create a schema in it.
    init(url: String? = nil) throws {
        let schema = "facts_" + String(UInt64.random(in: .min ... .max), radix: 36)
        let url = try url ?? PostgresServer.sharedURL()
        location = try PostgresLocation(url + (url.contains("?") ? "&" : "?") + "schema=\(schema)")
        other = try PostgresConnection(location, PostgresOptions(.writing))
        dropper = try PostgresConnection(location, PostgresOptions(.writing))
        warehouse = try PostgreSQLWarehouse(location)
    }

    deinit {
        try? warehouse.rollback()
        warehouse.endRun()
        try? other.rollback()
        _ = try? dropper.execute("DROP SCHEMA IF EXISTS \(PostgresLocation.quoted(location.schema)) CASCADE")
    }

    /// Begins a run.
    func beginRun(_ kind: RunKind = .bounded) throws { _ = try warehouse.beginRun(at: Self.now, as: kind) }

    /// An event whose identity is its number and time.
    static func event(_ number: Int, at time: Int64, score: Double = 5, type: String = "rate", user: Int = 7) -> String
    {
        let digits = String(number)
        let id = "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
        let payload = type == "rate" ? "\"score\":\(score)" : "\"watched_seconds\":9"
        return "{\"event_id\":\"\(id)\",\"event_time\":\(time),\"event_type\":\"\(type)\",\"user_id\":\(user),"
            + "\"movie_id\":603,\"session_id\":\"s\",\"metadata\":{\(payload)}}"
    }

    /// The group of some lines.
    static func group(_ lines: [String]) throws -> EventGroup {
        let chunk = LineChunk(
            source: Source(name: "lines", port: .events, number: 0), capacity: 1 << 12, start: SourcePosition())
        for (index, line) in lines.enumerated() {
            let bytes = Array(line.utf8)
            let start = bytes.withUnsafeBytes { chunk.buffer.append($0) }
            chunk.lines.append(
                Line(
                    span: ByteRange(offset: start, length: bytes.count), number: Int64(index) + 1, byteOffset: 0,
                    snapshotDay: 0))
        }
        let batch = try EventDecoder(clock: RunClock(now: now)).decode(chunk)
        try #require(batch.rejections.isEmpty, "\(batch.rejections.map(\.message))")
        return EventGroup([batch])
    }

    /// Inserts a group in the transaction that is open.
    @discardableResult
    func insert(_ lines: [String]) throws -> Outcomes {
        let group = try Self.group(lines)
        try warehouse.insertFacts(group)
        var outcomes = Outcomes()
        group.forEachOutcome { _, _, outcome in
            switch outcome {
            case .accepted: outcomes.accepted += 1
            case .duplicate: outcomes.duplicates += 1
            case .conflict: outcomes.conflicts += 1
            case .refused(let message):
                outcomes.refused += 1
                outcomes.messages.insert(message)
            }
        }
        return outcomes
    }

    /// Inserts a group in a transaction of its own.
    @discardableResult
    func load(_ lines: [String]) throws -> Outcomes {
        try warehouse.begin()
        let outcomes = try insert(lines)
        try warehouse.commit()
        return outcomes
    }

    /// The first value of a query, as the other connection sees it. `#` stands for the schema.
    func value(_ sql: String) throws -> String? {
        try other.text(sql.split(separator: "#", omittingEmptySubsequences: false).joined(separator: schema))
    }

    /// Runs statements on the other connection. `#` stands for the schema.
    func execute(_ sql: String) throws {
        try other.execute(sql.split(separator: "#", omittingEmptySubsequences: false).joined(separator: schema))
    }

    private var schema: String { PostgresLocation.quoted(location.schema) }
}
