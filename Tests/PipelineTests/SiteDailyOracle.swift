import Domain
import Foundation

/// `site_daily` as its definition in the data dictionary says, computed in Swift from the tables that it is a function of.
struct SiteDailyOracle {
    private struct Day {
        var types: [String: Int] = [:]
        var users: Set<String> = []
        var newUsers = 0
        var sessions = 0
        var milliseconds: Int64 = 0
        var scores: [Double] = []
    }

    /// The columns that `rows` and `expected` have; means are in millionths, so that every database writes them alike.
    static let query = """
        SELECT day, events, \(MartTables.counters.map(\.column).joined(separator: ", ")),
            active_users, new_users, sessions, session_milliseconds, scores, score_thousandths,
            CAST(round(mean_session_seconds * 1000000) AS BIGINT), CAST(round(mean_score * 1000000) AS BIGINT)
        FROM site_daily ORDER BY day
        """

    /// The rows of the mart that a warehouse should have.
    static func rows(of warehouse: LawWarehouse) throws -> [String] {
        var days: [String: Day] = [:]
        let facts = "SELECT event_time, event_type, user_id, score FROM fact_user_event_readable"
        for row in try warehouse.rows(facts).map(cells) {
            let day = String(row[0].prefix(10))
            days[day, default: Day()].types[row[1], default: 0] += 1
            days[day]?.users.insert(row[2])
            if row[1] == "rate", let score = Double(row[3]) { days[day]?.scores.append(score) }
        }
        for row in try warehouse.rows("SELECT first_seen FROM users_readable") {
            days[String(row.prefix(10)), default: Day()].newUsers += 1
        }
        for row in try warehouse.rows("SELECT started_at, ended_at FROM dim_session_readable").map(cells) {
            let day = String(row[0].prefix(10))
            days[day, default: Day()].sessions += 1
            days[day]?.milliseconds += try milliseconds(row[1]) - milliseconds(row[0])
        }
        return days.sorted { $0.key < $1.key }.map { line($0.key, $0.value) }
    }

    private static func line(_ name: String, _ day: Day) -> String {
        let thousandths = day.scores.reduce(0) { $0 + Int64($1 * 1000) }
        func mean(_ sum: Int64, _ count: Int) -> String {
            count == 0 ? "NULL" : "\(Int64((Double(sum) / Double(count) / 1000 * 1_000_000).rounded()))"
        }
        let numbers: [Int64] =
            [Int64(day.types.values.reduce(0, +))] + MartTables.counters.map { Int64(day.types[$0.type.name] ?? 0) } + [
                Int64(day.users.count), Int64(day.newUsers), Int64(day.sessions), day.milliseconds,
                Int64(day.scores.count), thousandths,
            ]
        let means = [mean(day.milliseconds, day.sessions), mean(thousandths, day.scores.count)]
        return ([name] + numbers.map(String.init) + means).joined(separator: "|")
    }

    private static func cells(_ row: String) -> [String] { row.split(separator: "|").map(String.init) }

    private static func milliseconds(_ text: String) throws -> Int64 {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return Int64((try Date(text, strategy: style).timeIntervalSince1970 * 1000).rounded())
    }
}
