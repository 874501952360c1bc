import Domain
import Glibc
import Schema

/// The partitions of the months that events go to. It makes those that are missing, and knows the newest event of each.
///
/// A month that is new in the transaction is created as two tables that are no partitions yet and have no indexes
/// (`Place.apart`). Rows are copied straight into them, and `attach` makes them partitions before the commit. That may
/// be done in the load's own transaction: nobody else sees the new tables before the commit, and `ATTACH` locks the
/// parents in a mode that stops neither a SELECT nor an INSERT.
///
/// There are two exceptions, in which other transactions, on a connection of their own, make the months before:
/// * The transaction needs more than `MonthPartitions.monthsAtOnce` new months. Their locks could fill the server's
///   table of locks.
/// * A user has added triggers or foreign keys to the parents, which rows in tables apart would bypass.
///
/// The other connection needs a lock that this transaction must not have then, so `attach` comes last in it. Where that
/// is not possible (after `attach`, and in a dry run, which must leave nothing behind), all months are made apart.
struct LoadedMonths {
    /// Where the events of a month go.
    enum Place: Equatable {
        /// To its partition: rows are copied into the parent.
        case attached
        /// To tables that are made in this transaction, and will become partitions.
        case apart(isIndexed: Bool)
    }

    private struct State {
        var place: Place
        /// The time of its newest event in milliseconds since 1970; `Int64.min` when it has none.
        var newest: Int64
    }

    /// Whether months may be made on a connection of their own.
    var mayCommitApart = true

    private let connection: PostgresConnection
    private let settings: TransactionSettings
    private var states: [Month: State] = [:]
    /// Whether this transaction has locked the parents.
    private var isAttaching = false

    private var schema: String { PostgresLocation.quoted(connection.location.schema) }

    init(_ connection: PostgresConnection, _ settings: TransactionSettings) {
        self.connection = connection
        self.settings = settings
    }

    // MARK: Months

    /// Makes the months that were never made, and learns the newest event of those that were there.
    ///
    /// - Returns: the months whose events must not be loaded, since they are detached or cannot be made.
    mutating func prepare(_ months: [Month]) throws -> [Month: MonthOnServer] {
        let unknown = months.filter { states[$0] == nil }
        if unknown.isEmpty { return [:] }
        let found = try connection.months(unknown)
        let absent = unknown.filter { found[$0]?.isAbsent == true }
        var attached = unknown.filter { found[$0]?.state == .attached }
        for month in unknown {
            guard let tables = found[month]?.tablesToAdd else { continue }
            try add(month, to: tables)
            attached.append(month)
        }
        if !absent.isEmpty {
            let hasTriggers = try connection.isTrue(MonthPartitions.hasTriggers(in: schema))
            let others = states.values.count { $0.place != .attached }
            let isFew = absent.count + others <= MonthPartitions.monthsAtOnce
            if mayCommitApart, !isAttaching, hasTriggers || !isFew {
                let parts = stride(from: 0, to: absent.count, by: MonthPartitions.monthsAtOnce).map {
                    absent[$0..<min($0 + MonthPartitions.monthsAtOnce, absent.count)]
                }
                try makeOnOwnConnection(parts.map { MonthPartitions.make(Array($0), in: schema) })
                attached += absent
            } else {
                try makeApart(absent)
                if hasTriggers { try attach() }
            }
        }
        try readNewest(of: attached)
        return found.filter { !absent.contains($0.key) && !attached.contains($0.key) }
    }

    /// Makes the partition of a month that another table has already.
    private mutating func add(_ month: Month, to tables: [String]) throws {
        let statements = MonthPartitions.make([month], in: schema, of: tables)
        if mayCommitApart, !isAttaching { return try makeOnOwnConnection([statements]) }
        try lockParents()
        isAttaching = true
        for statement in statements { try connection.execute(statement) }
    }

    /// Where the events of a prepared month go.
    func place(of month: Month) -> Place { states[month]?.place ?? .attached }

    /// The time of a prepared month's newest event, in milliseconds since 1970; `Int64.min` when it has none.
    func newest(of month: Month) -> Int64 { states[month]?.newest ?? .min }

    /// Notes that events were inserted.
    ///
    /// - Parameter time: the time of the newest of them.
    mutating func didInsert(into month: Month, newest time: Int64) {
        if let known = states[month]?.newest, known < time { states[month]?.newest = time }
    }

    /// Forgets what may have changed: months that were attached before the transaction.
    mutating func forgetAttached() { states = states.filter { $0.value.place != .attached } }

    /// Forgets all months, since another connection may have loaded events in the meantime.
    mutating func forgetAll() { states = [:] }

    /// The transaction has ended.
    mutating func didEnd(committed: Bool) {
        isAttaching = false
        if !committed { states = [:] }
    }

    // MARK: Tables apart

    /// Creates the primary keys of the tables apart that have none, so that events can be looked up in them.
    mutating func addKeys() throws {
        for (month, state) in states where state.place == .apart(isIndexed: false) {
            let facts = BehaviourTables.facts.name
            try connection.execute(MonthPartitions.addKey(month, of: facts, in: schema))
            states[month]?.place = .apart(isIndexed: true)
        }
    }

    /// Makes partitions of the tables apart.
    mutating func attach() throws {
        let apart = states.filter { $0.value.place != .attached }.keys.sorted()
        if apart.isEmpty { return }
        try lockParents()
        isAttaching = true
        for month in apart {
            for table in MonthPartitions.tables {
                try connection.execute(MonthPartitions.attach(month, to: table, in: schema))
            }
            states[month]?.place = .attached
        }
    }

    private mutating func makeApart(_ months: [Month]) throws {
        for month in months {
            let tables = MonthPartitions.tables.map {
                MonthPartitions.create(month, of: $0, in: schema, isIndexed: false)
            }
            let note = MonthPartitions.note(month, in: schema)
            try connection.execute((tables + [note]).joined(separator: ";\n"))
            states[month] = State(place: .apart(isIndexed: false), newest: .min)
        }
    }

    /// How long a lock on the parents is waited for, how long the pause after that is (in microseconds), and how often
    /// it is tried. Who waits in the server's queue makes others wait, so that it is left now and then.
    private static let (lockTimeout, pause, tries): (Duration, UInt32, Int) = (.seconds(2), 250_000, 30)

    /// Waits until no other transaction changes the definition of the parents.
    private func lockParents() throws {
        let timeout = "SET LOCAL lock_timeout = \(Self.lockTimeout.inMilliseconds)"
        try retryingLocks {
            try connection.execute("SAVEPOINT parents; \(timeout)")
            do throws(PostgresError) { try connection.execute(MonthPartitions.lock(in: schema)) } catch {
                guard error.problem == .lockTimeout else { throw error }
                try connection.execute("ROLLBACK TO SAVEPOINT parents; RELEASE SAVEPOINT parents")
                throw error
            }
            try connection.execute("SET LOCAL lock_timeout TO DEFAULT; RELEASE SAVEPOINT parents")
        }
    }

    /// Makes months by lists of statements, each in a transaction of its own. Only the writer does so, and this connection has its place.
    private func makeOnOwnConnection(_ parts: [[String]]) throws {
        var settings = settings
        settings.lockTimeout = Self.lockTimeout
        let other = try PostgresConnection(connection.location, connection.options)
        for part in parts {
            try retryingLocks {
                try other.begin(settings)
                do {
                    for statement in part { try other.execute(statement) }
                    try other.commit()
                } catch {
                    // What failed is the error to report.
                    try? other.rollback()
                    throw error
                }
            }
        }
    }

    private func retryingLocks(_ body: () throws -> Void) throws {
        for left in (0..<Self.tries).reversed() {
            do { return try body() } catch let error as PostgresError where error.problem == .lockTimeout && left > 0 {
                usleep(Self.pause)
            }
        }
    }

    // MARK: Reading

    /// How many months one query looks at.
    static let monthsAQuery = 64

    private mutating func readNewest(of months: [Month]) throws {
        for start in stride(from: 0, to: months.count, by: Self.monthsAQuery) {
            let part = months[start..<min(start + Self.monthsAQuery, months.count)]
            let branches = part.enumerated().map { place, month in
                """
                SELECT \(place)::bigint, (SELECT max(event_time) FROM \(schema).\(BehaviourTables.facts.name)
                WHERE event_time >= '\(month.start)' AND event_time < '\(month.next.start)')
                """
            }
            let rows = try connection.query(branches.joined(separator: " UNION ALL "))
            while try rows.next() {
                let month = part[part.startIndex + Int(rows.integer(0))]
                states[month] = State(place: .attached, newest: rows.isNull(1) ? .min : rows.timestamp(1))
            }
        }
    }
}

extension PostgresConnection {
    /// The first column of the first row as a boolean.
    func isTrue(_ sql: String) throws -> Bool {
        let rows = try query(sql)
        defer { try? rows.close() }
        return try rows.next() && rows.boolean(0)
    }
}
