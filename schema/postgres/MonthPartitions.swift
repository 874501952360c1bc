/// A month of a year in UTC, by which `fact_user_event` and `watch_history` are partitioned on PostgreSQL.
///
/// ```
/// Month(year: 2026, number: 11).name       // "y2026m11"
/// Month(year: 2026, number: 12).next.start // "2027-01-01 00:00:00+00"
/// ```
public struct Month: Sendable, Hashable, Comparable {
    /// The year.
    public let year: Int
    /// The month in the year, from 1 to 12.
    public let number: Int

    /// A month.
    public init(year: Int, number: Int) {
        // A time of the year 9999 with an offset may be in 10000 in UTC, and a month ends where the next one begins.
        precondition((1...10_001).contains(year) && (1...12).contains(number), "no month of the years 1 to 10001")
        self.year = year
        self.number = number
    }

    /// The month after it.
    public var next: Month {
        number == 12 ? Month(year: year + 1, number: 1) : Month(year: year, number: number + 1)
    }

    /// What the names of its partitions end with.
    public var name: String { "y" + Month.digits(year, 4) + "m" + Month.digits(number, 2) }
    /// Its first day, as PostgreSQL reads a date.
    public var firstDay: String { Month.digits(year, 4) + "-" + Month.digits(number, 2) + "-01" }
    /// Its first moment, as PostgreSQL reads a timestamptz: with the offset, so that no setting of a time zone matters.
    public var start: String { firstDay + " 00:00:00+00" }

    /// The earlier month first.
    public static func < (left: Month, right: Month) -> Bool {
        (left.year, left.number) < (right.year, right.number)
    }

    private static func digits(_ number: Int, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
}

/// How a month stands, as `MonthPartitions.states` gives it.
public enum MonthState: String, Sendable {
    /// Both tables have a partition that covers it.
    case attached
    /// It was never made.
    case absent
    /// It was made, or a table of a partition's name is there, and it is not attached now: a user has detached it.
    case detached
}

/// The statements that make partitions by month.
///
/// A partition is created as a table of its own and attached later. `ATTACH PARTITION` locks the parent in the mode
/// `SHARE UPDATE EXCLUSIVE`, which conflicts with no SELECT and no INSERT, while `CREATE TABLE … PARTITION OF` needs
/// `ACCESS EXCLUSIVE`: it would wait for every open transaction that has read the parent, and all later readers would
/// wait behind it (https://www.postgresql.org/docs/current/ddl-partitioning.html, section 5.11.2.2).
///
/// The CHECK constraint on the bounds proves to `ATTACH` that no row has to be read. It stays, so that a month which was
/// detached can be attached again without a scan.
///
/// Only the writer makes months: the lock of `WriterLease.lock` has to be held meanwhile.
/// 1. `states(of:in:)` tells which months are absent. Events of detached months must not be loaded.
/// 2. `make(_:in:)` makes absent months, at most `monthsAtOnce` in a transaction. Or, for a month that begins with many
///    rows: `create` without indexes and `note`, then COPY into the new tables, and at last `attach`.
public enum MonthPartitions {
    /// The partitioned tables.
    public static let tables = ["fact_user_event", "watch_history"]
    /// How many months one transaction should make: each needs up to 23 locks, and a server has room for about 6,400
    /// by default (`max_locks_per_transaction` × `max_connections`).
    public static let monthsAtOnce = 24

    /// A partition's name.
    public static func name(of month: Month, table: String) -> String { "\(table)_\(month.name)" }

    /// The query that gives for each month its first day, as `YYYY-MM-DD` text, and the text of its `MonthState`.
    ///
    /// It goes by the bounds, so that a partition of any name counts, and one of a year as well. The transaction's
    /// `DateStyle` has to be ISO.
    ///
    /// - Parameter schema: the schema's quoted name.
    public static func states(of months: [Month], in schema: String) -> String {
        let wanted = months.map { month in
            "('\(month.firstDay)', '\(month.start)'::timestamptz, '\(month.next.start)'::timestamptz, "
                + "'_\(month.name)')"
        }
        let parents = tables.map { "\(SQLText.literal("\(schema).\($0)"))::regclass" }.joined(separator: ", ")
        let known = tables.map { "to_regclass(\(SQLText.literal("\(schema).\($0)")) || suffix) IS NOT NULL" }
        // Servers before 14 have no column inhdetachpending; there no detach can be pending. MATERIALIZED, since 14.0 and
        // 14.1 give a month the answer of the one before it where the bounds are read anew for each
        // (https://www.postgresql.org/docs/release/14.2/, "Memoize").
        return """
            WITH wanted(month, starts, ends, suffix) AS (VALUES \(wanted.joined(separator: ", "))),
            partition AS (
                SELECT i.inhparent, pg_get_expr(c.relpartbound, c.oid) AS bound
                FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
                WHERE i.inhparent IN (\(parents))
                AND coalesce(to_jsonb(i) ->> 'inhdetachpending', 'false') <> 'true'
            ), bounds AS MATERIALIZED (
                SELECT inhparent,
                    coalesce(substring(bound FROM 'FROM [(]''([^'']+)''[)]')::timestamptz, '-infinity') AS starts,
                    coalesce(substring(bound FROM 'TO [(]''([^'']+)''[)]')::timestamptz, 'infinity') AS ends
                FROM partition WHERE bound LIKE 'FOR VALUES FROM%'
            )
            SELECT month, CASE
                WHEN (SELECT count(DISTINCT inhparent) FROM bounds
                    WHERE bounds.starts <= wanted.starts AND bounds.ends >= wanted.ends) = \(tables.count)
                    THEN '\(MonthState.attached.rawValue)'
                WHEN EXISTS (SELECT 1 FROM \(schema).load_month AS made WHERE made.month = wanted.month::date)
                    OR \(known.joined(separator: " OR ")) THEN '\(MonthState.detached.rawValue)'
                ELSE '\(MonthState.absent.rawValue)'
            END AS state
            FROM wanted ORDER BY month
            """
    }

    /// The statements that make the partitions of months that are absent.
    ///
    /// - Parameter schema: the schema's quoted name.
    public static func make(_ months: [Month], in schema: String) -> [String] {
        months.flatMap { month in
            tables.flatMap {
                [create(month, of: $0, in: schema, isIndexed: true), attach(month, to: $0, in: schema)]
            } + [note(month, in: schema)]
        }
    }

    /// The statement that makes the table that is to be a partition.
    ///
    /// - Parameter isIndexed: whether it gets its primary key and indexes now. Without them a COPY into the table takes
    ///   about half the time, and `attach` creates them afterwards. It fails then with SQLSTATE 23505 when two rows have
    ///   the same key.
    public static func create(_ month: Month, of table: String, in schema: String, isIndexed: Bool) -> String {
        let partition = name(of: month, table: table)
        return """
            CREATE TABLE \(schema).\(partition) (
            LIKE \(schema).\(table) INCLUDING ALL\(isIndexed ? "" : " EXCLUDING INDEXES"),
            CONSTRAINT \(partition)_month CHECK (event_time >= '\(month.start)' AND event_time < '\(month.next.start)'))
            """
    }

    /// The statement that creates the primary key of a table that was created without indexes.
    public static func addKey(_ month: Month, of table: String, in schema: String) -> String {
        "ALTER TABLE \(schema).\(name(of: month, table: table)) ADD PRIMARY KEY (event_time, event_id)"
    }

    /// The statement that attaches a table as a partition, and creates the indexes that it lacks.
    public static func attach(_ month: Month, to table: String, in schema: String) -> String {
        """
        ALTER TABLE \(schema).\(table) ATTACH PARTITION \(schema).\(name(of: month, table: table))
        FOR VALUES FROM ('\(month.start)') TO ('\(month.next.start)')
        """
    }

    /// The query for whether a user has added triggers or foreign keys to the partitioned tables. A table gets them only
    /// when it is attached, so that rows that are copied into it before would bypass them.
    ///
    /// - Parameter schema: the schema's quoted name.
    public static func hasTriggers(in schema: String) -> String {
        let parents = tables.map { "\(SQLText.literal("\(schema).\($0)"))::regclass" }.joined(separator: ", ")
        return "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_trigger WHERE tgrelid IN (\(parents)))"
    }

    /// The statement that waits for the lock that `attach` needs.
    public static func lock(in schema: String) -> String {
        "LOCK TABLE ONLY \(tables.map { "\(schema).\($0)" }.joined(separator: ", ONLY ")) "
            + "IN SHARE UPDATE EXCLUSIVE MODE"
    }

    /// The statement that notes in `load_month` that a month was made.
    public static func note(_ month: Month, in schema: String) -> String {
        "INSERT INTO \(schema).load_month (month, made_at) VALUES ('\(month.firstDay)', clock_timestamp())"
    }
}

/// Text as it stands in SQL.
public enum SQLText {
    /// A literal, which means the same whatever `standard_conforming_strings` is.
    public static func literal(_ text: String) -> String {
        // Not by characters: a quote with a combining mark after it is one character, and the server sees the quote.
        var literal = ""
        var hasBackslash = false
        for scalar in text.unicodeScalars {
            if scalar == "'" || scalar == "\\" { literal.unicodeScalars.append(scalar) }
            if scalar == "\\" { hasBackslash = true }
            literal.unicodeScalars.append(scalar)
        }
        return (hasBackslash ? "E'" : "'") + literal + "'"
    }
}
