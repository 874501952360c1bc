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
    /// Both tables have partitions that cover it.
    case attached
    /// At least one table has no partition for it yet, and may get one.
    case absent
    /// It was made, or a table of a partition's name is there, and it is not attached now: a user has detached it.
    case detached
    /// The name of one of its partitions belongs to something else, so that it cannot be made.
    case taken
    /// A partition covers a part of it only, so that it can neither be used nor made.
    case overlapped

    /// The states in the order in which that of one table counts for the month: the last one counts.
    static let byRank: [MonthState] = [.attached, .absent, .detached, .taken, .overlapped]
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

    /// The query that gives for each month a row of four columns:
    /// 1. `month`: its first day, as `YYYY-MM-DD` text.
    /// 2. `state`: the text of its `MonthState`.
    /// 3. `tables`: the partitioned tables that are not `attached`, with commas between them; null when all are.
    /// 4. `relation`: the qualified and quoted name of what is in the way when the month is `taken` or `overlapped`.
    ///
    /// It goes by the bounds, so that partitions of any name count, one of a year as well, and several that cover the
    /// month together. The transaction's `DateStyle` has to be ISO.
    ///
    /// - Parameter schema: the schema's quoted name.
    public static func states(of months: [Month], in schema: String) -> String {
        states(ofFirstDays: "VALUES \(months.map { "('\($0.firstDay)'::date)" }.joined(separator: ", "))", in: schema)
    }

    /// The same query for the months that a look at the whole warehouse is about: those of `load_month`, those that a
    /// table is named for, and those that a partition begins or ends in.
    public static func statesOfAll(in schema: String) -> String {
        let names = tables.map { "c.relname ~ '^\($0)_y[0-9]{4,5}m(0[1-9]|1[0-2])$'" }.joined(separator: " OR ")
        let parents = parents(in: schema)
        return states(
            ofFirstDays: """
                SELECT month FROM \(schema).load_month
                UNION SELECT to_date(substring(c.relname FROM '_y([0-9]+m[0-9]+)$'), 'YYYY"m"MM')
                FROM pg_catalog.pg_class AS c WHERE (\(names)) AND c.relname !~ '_y0+m'
                AND c.relnamespace IN (SELECT relnamespace FROM pg_catalog.pg_class WHERE oid IN (\(parents)))
                UNION SELECT date_trunc('month', edge AT TIME ZONE 'UTC')::date
                FROM bounds, unnest(ARRAY[starts, ends - interval '1 millisecond']) AS edge WHERE isfinite(edge)
                """, in: schema)
    }

    private static func parents(in schema: String) -> String {
        tables.map { "\(SQLText.literal("\(schema).\($0)"))::regclass" }.joined(separator: ", ")
    }

    private static func states(ofFirstDays days: String, in schema: String) -> String {
        let parents = tables.enumerated().map {
            "(\($0), '\($1)', \(SQLText.literal("\(schema).\($1)"))::regclass::oid)"
        }
        let columns = { (table: String) in
            """
            SELECT attname, atttypid FROM pg_catalog.pg_attribute
            WHERE attrelid = \(table) AND attnum > 0 AND NOT attisdropped
            """
        }
        // Servers before 14 have no column inhdetachpending; there no detach can be pending. MATERIALIZED, since 14.0 and
        // 14.1 give a month the answer of the one before it where the bounds are read anew for each
        // (https://www.postgresql.org/docs/release/14.2/, "Memoize").
        return """
            WITH parent(place, name, id) AS (VALUES \(parents.joined(separator: ", "))),
            bounds AS MATERIALIZED (
                SELECT id, part,
                    coalesce(substring(bound FROM 'FROM [(]''([^'']+)''[)]')::timestamptz, '-infinity') AS starts,
                    coalesce(substring(bound FROM 'TO [(]''([^'']+)''[)]')::timestamptz, 'infinity') AS ends
                FROM (
                    SELECT parent.id, c.oid AS part, pg_get_expr(c.relpartbound, c.oid) AS bound
                    FROM parent JOIN pg_catalog.pg_inherits AS i ON i.inhparent = parent.id
                    JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
                    WHERE coalesce(to_jsonb(i) ->> 'inhdetachpending', 'false') <> 'true'
                ) AS partition WHERE bound LIKE 'FOR VALUES FROM%'
            ), wanted AS MATERIALIZED (
                SELECT month, month::timestamp AT TIME ZONE 'UTC' AS starts,
                    (month + interval '1 month') AT TIME ZONE 'UTC' AS ends,
                    '_y' || lpad(extract(year FROM month)::int::text, greatest(4,
                        length(extract(year FROM month)::int::text)), '0') || to_char(month, '"m"MM') AS suffix
                FROM (\(days)) AS listed(month)
            ), covered AS (
                SELECT month, id, sum(least(bounds.ends, wanted.ends) - greatest(bounds.starts, wanted.starts)) AS length,
                    min(part::bigint)::oid AS part
                FROM wanted JOIN bounds ON bounds.starts < wanted.ends AND bounds.ends > wanted.starts
                GROUP BY month, id
            ), found AS (
                SELECT wanted.month, parent.place, parent.name, coalesce(covered.part, named.oid) AS part, CASE
                    WHEN covered.length = wanted.ends - wanted.starts THEN 0
                    WHEN covered.part IS NOT NULL THEN 4
                    WHEN named.oid IS NOT NULL AND (named.relkind NOT IN ('r', 'p', 'f')
                        OR named.oid IN (SELECT bounds.part FROM bounds)
                        OR EXISTS (\(columns("parent.id")) EXCEPT \(columns("named.oid")))) THEN 3
                    WHEN named.oid IS NOT NULL OR EXISTS (
                        SELECT 1 FROM \(schema).load_month AS made WHERE made.month = wanted.month) THEN 2
                    ELSE 1 END AS rank
                FROM wanted CROSS JOIN parent JOIN pg_catalog.pg_class AS p ON p.oid = parent.id
                LEFT JOIN covered ON covered.month = wanted.month AND covered.id = parent.id
                LEFT JOIN pg_catalog.pg_class AS named
                    ON named.relnamespace = p.relnamespace AND named.relname = parent.name || wanted.suffix
            ), ranked AS (
                SELECT month, max(rank) AS rank,
                    string_agg(name, ',' ORDER BY place) FILTER (WHERE rank > 0) AS tables,
                    (array_agg(part ORDER BY rank DESC, place))[1] AS part
                FROM found GROUP BY month
            )
            SELECT month::text,
                (ARRAY['\(MonthState.byRank.map(\.rawValue).joined(separator: "', '"))'])[rank + 1] AS state, tables,
                CASE WHEN rank > 2 THEN (SELECT format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_class AS c
                    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = part) END AS relation
            FROM ranked ORDER BY ranked.month
            """
    }

    /// The statements that make the partitions of months that are absent.
    ///
    /// - Parameters:
    ///   - schema: the schema's quoted name.
    ///   - tables: the tables that lack a partition.
    public static func make(_ months: [Month], in schema: String, of tables: [String] = tables) -> [String] {
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
            CONSTRAINT \(partition)_month CHECK (event_time >= '\(month.start)' AND event_time < '\(month.next.start)'));
            \(giveToOwner(partition, of: table, in: schema))
            """
    }

    /// The statement that gives a new table to the owner of the parent, who then manages all partitions. It does nothing
    /// where the role may not do so: the owner has to have CREATE on the schema
    /// (https://www.postgresql.org/docs/current/sql-altertable.html, "OWNER TO").
    private static func giveToOwner(_ partition: String, of table: String, in schema: String) -> String {
        let body = """
            DECLARE owner record;
            BEGIN
            SELECT r.rolname AS name INTO owner FROM pg_catalog.pg_class AS c
            JOIN pg_catalog.pg_roles AS r ON r.oid = c.relowner
            WHERE c.oid = \(SQLText.literal("\(schema).\(table)"))::regclass AND r.rolname <> current_user
            AND pg_has_role(r.oid,
                CASE WHEN current_setting('server_version_num')::integer < 160000 THEN 'MEMBER' ELSE 'SET' END)
            AND has_schema_privilege(r.oid, c.relnamespace, 'CREATE');
            IF FOUND THEN
                EXECUTE format(\(SQLText.literal("ALTER TABLE \(schema.replacingPercent).\(partition) OWNER TO %I")), owner.name);
            END IF;
            END
            """
        return "DO " + SQLText.literal(body)
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
        return "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_trigger WHERE tgrelid IN (\(parents(in: schema))))"
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

extension String {
    /// The text as it stands in a format of the server's function `format`.
    fileprivate var replacingPercent: String {
        split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%")
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
