/// Writes log lines to one output, each with the logger's label, the number of a run and fields of its own.
///
///     logger.info("Source read", ["source": "a.ndjson", "lines": 12])
///     // 2026-11-24T09:00:00.123Z INFO run=42 reelhouse: Source read source=a.ndjson lines=12
///
/// It is a value: a copy may have another label and level, and may be used on any thread. Passwords in messages and in
/// the values of fields are masked (see ``Redaction/text(_:)``).
public struct Logger: Sendable {
    /// The part of the program that writes the lines; may be empty.
    public var label: String
    /// Lines below this level are not written.
    public var level: LogLevel
    /// The run that lines belong to, written on each.
    public var runID: Int64?
    /// What a line as JSON says of the program that writes it, before its own fields: `command`, `command_id`.
    public var context: [LogField] = []
    /// How lines are written.
    public var format: LogFormat
    /// Where lines go.
    public let output: any LogOutput
    private let clock: @Sendable () -> Int64

    /// Creates a logger.
    ///
    /// - Parameter clock: gives milliseconds since 1970 in UTC.
    public init(
        label: String = "",
        level: LogLevel = .info,
        format: LogFormat = .text,
        runID: Int64? = nil,
        output: any LogOutput = StandardErrorLog(),
        clock: @escaping @Sendable () -> Int64 = SystemClock.milliseconds
    ) {
        self.label = label
        self.level = level
        self.format = format
        self.runID = runID
        self.output = output
        self.clock = clock
    }

    /// A logger that writes nothing.
    public static let silent = Logger(level: .critical, output: NoLog())

    /// The same logger with the number of a run.
    public func forRun(_ runID: Int64) -> Logger {
        var logger = self
        logger.runID = runID
        return logger
    }

    /// Writes a line, unless its level is too low; then neither message nor fields are evaluated.
    public func log(
        _ level: LogLevel,
        _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
    ) {
        guard level >= self.level else { return }
        let line = LogLine(
            milliseconds: clock(),
            level: level,
            runID: runID,
            label: label,
            context: context,
            message: message(),
            fields: fields().map { LogField($0.key, $0.value) }
        )
        output.write(line: line.bytes(as: format))
    }

    /// Writes a line at level trace.
    public func trace(
        _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
    ) { log(.trace, message(), fields()) }

    /// Writes a line at level debug.
    public func debug(
        _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
    ) { log(.debug, message(), fields()) }

    /// Writes a line at level info.
    public func info(
        _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
    ) { log(.info, message(), fields()) }

    /// Writes a line at level notice.
    public func notice(
        _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
    ) { log(.notice, message(), fields()) }

    /// Writes a line at level warning.
    public func warning(
        _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
    ) { log(.warning, message(), fields()) }

    /// Writes a line at level error.
    public func error(
        _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
    ) { log(.error, message(), fields()) }

    /// Writes a line at level critical.
    public func critical(
        _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
    ) { log(.critical, message(), fields()) }
}
