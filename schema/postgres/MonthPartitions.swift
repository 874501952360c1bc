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
        precondition((1...9999).contains(year) && (1...12).contains(number), "no month of the years 1 to 9999")
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
    /// It was made, or a table of a partition's name is there, and it is attached no longer: somebody took it out.
    case detached
}

/// The statements that make partitions by month.
///
/// A partition is made as a table of its own and then attached: `ATTACH PARTITION` takes a lock that neither readers nor
/// loads wait for (`SHARE UPDATE EXCLUSIVE`), while `CREATE TABLE … PARTITION OF` takes `ACCESS EXCLUSIVE` on the
/// parent. The CHECK constraint on the bounds proves to `ATTACH` that no row has to be looked at; it stays, so that a
/// month which was detached can be attached again without a scan as well.
///
/// To be run so, in a transaction of its own before that of the load:
/// 1. begin, `SET LOCAL lock_timeout`, and take the writer's lock (`WriterLease.lock`): then nobody else makes months;
/// 2. `states(of:in:)`; events of detached months are not loaded;
/// 3. `make(_:in:)` with those that are absent, at most `monthsAtOnce`;
/// 4. commit. After a timeout (SQLSTATE 55P03): roll back, wait, and begin anew.
public enum MonthPartitions {
    /// The partitioned tables.
    public static let tables = ["fact_user_event", "watch_history"]
    /// How many months one transaction may make: each takes some 12 locks of a server's 6,400 by default.
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
        // What of an older server's catalog has no column inhdetachpending, is never pending.
        return """
            WITH wanted(month, starts, ends, suffix) AS (VALUES \(wanted.joined(separator: ", "))),
            partition AS (
                SELECT i.inhparent, pg_get_expr(c.relpartbound, c.oid) AS bound
                FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
                WHERE i.inhparent IN (\(parents))
                AND coalesce(to_jsonb(i) ->> 'inhdetachpending', 'false') <> 'true'
            ), bounds AS (
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
    /// A month that begins with many rows is loaded in about half the time where they are copied into this table while
    /// it has no index, and it is attached after that, in the transaction of the load: `create` without indexes, `COPY`,
    /// `attach`, which makes them, and `note`. Two rows of one key are an error of `attach` then (SQLSTATE 23505).
    ///
    /// - Parameter schema: the schema's quoted name.
    public static func create(_ month: Month, of table: String, in schema: String, isIndexed: Bool) -> String {
        let partition = name(of: month, table: table)
        return """
            CREATE TABLE \(schema).\(partition) (
            LIKE \(schema).\(table) INCLUDING ALL\(isIndexed ? "" : " EXCLUDING INDEXES"),
            CONSTRAINT \(partition)_month CHECK (event_time >= '\(month.start)' AND event_time < '\(month.next.start)'))
            """
    }

    /// The statement that makes a table a partition; an index that it lacks is made.
    public static func attach(_ month: Month, to table: String, in schema: String) -> String {
        """
        ALTER TABLE \(schema).\(table) ATTACH PARTITION \(schema).\(name(of: month, table: table))
        FOR VALUES FROM ('\(month.start)') TO ('\(month.next.start)')
        """
    }

    /// The statement that notes that a month was made.
    public static func note(_ month: Month, in schema: String) -> String {
        "INSERT INTO \(schema).load_month (month, made_at) VALUES ('\(month.firstDay)', clock_timestamp())"
    }
}

/// Text as it stands in SQL.
enum SQLText {
    /// A literal, which means the same whatever `standard_conforming_strings` is.
    static func literal(_ text: String) -> String {
        let doubled = text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
        guard doubled.contains("\\") else { return "'\(doubled)'" }
        return "E'" + doubled.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\\\") + "'"
    }
}
