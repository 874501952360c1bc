/// How a database's SQL spells what a statement for several databases cannot write in one way. A statement that is kept
/// in a file, such as a check, names these by words, and they are put in before it is run.
public struct QueryDialect: Sendable {
    /// The name of the database in such a file, in lower case.
    public var name: String
    /// A moment, from milliseconds since 1970.
    public var time: @Sendable (Int64) -> String
    /// A length of time in milliseconds, which can be added to a moment.
    public var duration: @Sendable (Int64) -> String
    /// The text of a moment, as the readable views show it, from an expression.
    public var timeText: @Sendable (String) -> String
    /// The text of a UUID, as the readable views show it, from an expression.
    public var idText: @Sendable (String) -> String
    /// The UTC day of a moment from 1970 on, as a date, from an expression.
    public var day: @Sendable (String) -> String

    /// A dialect. Where standard SQL has no spelling, that of PostgreSQL is the default, as in `SQLDialect`.
    public init(
        name: String,
        time: @escaping @Sendable (Int64) -> String = { "(timestamptz 'epoch' + \($0) * interval '1 millisecond')" },
        duration: @escaping @Sendable (Int64) -> String = { "(\($0) * interval '1 millisecond')" },
        timeText: @escaping @Sendable (String) -> String = {
            #"to_char((\#($0)) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"#
        },
        idText: @escaping @Sendable (String) -> String = { "(\($0))::text" },
        day: @escaping @Sendable (String) -> String = { "((\($0)) AT TIME ZONE 'UTC')::date" }
    ) {
        self.name = name
        self.time = time
        self.duration = duration
        self.timeText = timeText
        self.idText = idText
        self.day = day
    }
}
