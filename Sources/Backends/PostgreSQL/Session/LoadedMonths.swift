import Domain
import Schema

/// The months that staged events fall into, and those of them that are known to have partitions.
struct LoadedMonths {
    private let connection: PostgresConnection
    private var attached: Set<Month> = []
    /// The first day of each month that was made in this transaction.
    private var made: Set<Month> = []
    /// The days of the staged events.
    private var days: Set<Int32> = []
    private var lastDay = Int32.min

    init(_ connection: PostgresConnection) { self.connection = connection }

    /// Begins to note events.
    mutating func removeEvents() {
        days = []
        lastDay = .min
    }

    /// Notes the time of an event.
    @inline(__always)
    mutating func add(_ time: Int64) {
        let day = CivilDate.day(ofMilliseconds: time)
        if day != lastDay {
            lastDay = day
            days.insert(day)
        }
    }

    /// Makes the partitions that the events need.
    mutating func make() throws {
        let needed = Set(
            days.map { day in
                let date = CivilDate.date(ofDay: day)
                return Month(year: date.year, number: date.month)
            })
        let unknown = needed.subtracting(attached).sorted()
        if unknown.isEmpty { return }
        let schema = PostgresLocation.quoted(connection.location.schema)
        let rows = try connection.query(MonthPartitions.states(of: unknown, in: schema))
        var states: [String: String] = [:]
        while try rows.next() { states[rows.text(0) ?? ""] = rows.text(1) }
        for month in unknown {
            switch states[month.firstDay].flatMap(MonthState.init(rawValue:)) {
            case .attached: break
            case .absent:
                for statement in MonthPartitions.make([month], in: schema) { try connection.execute(statement) }
                made.insert(month)
            case .detached, nil:
                var error = connection.error(
                    .other, "the partition of the month \(month.firstDay.prefix(7)) was taken out of fact_user_event",
                    "loading events")
                error.ownHint =
                    "Attach it again, or delete the month's row of load_month to have it made anew; nothing tells "
                    + "which of its events were loaded before."
                throw error
            }
            attached.insert(month)
        }
    }

    /// The transaction has ended.
    mutating func didEnd(committed: Bool) {
        if !committed { attached.subtract(made) }
        made = []
    }
}
