/// Writes log lines with a label, a run's number and fields of its own to one output. A value: copies may be given other
/// labels, levels and fields, and be used on any thread.
///
/// Passwords are taken out of messages and field values (see ``Redaction/text(_:)``).
public struct Logger: Sendable {
    /// The part of the program that speaks; may be empty.
    public var label: String
    /// Lines below this level are left out.
    public var level: LogLevel
    /// The run that lines belong to, written on each.
    public var runID: Int64?
    /// Fields written on each line before the line's own.
    public var fields: [LogField]
    /// How lines are written.
    public var format: LogFormat
    /// Where lines go.
    public let output: any LogOutput
    private let clock: @Sendable () -> Int64

    /// A logger.
    ///
    /// - Parameter clock: milliseconds since 1970 in UTC; the system's unless given.
    public init(
        label: String = "",
        level: LogLevel = .info,
        format: LogFormat = .text,
        runID: Int64? = nil,
        fields: [LogField] = [],
        output: any LogOutput = StandardErrorLog(),
        clock: @escaping @Sendable () -> Int64 = SystemClock.milliseconds
    ) {
        self.label = label
        self.level = level
        self.format = format
        self.runID = runID
        self.fields = fields
        self.output = output
        self.clock = clock
    }

    /// A logger that writes nothing.
    public static let silent = Logger(level: .critical, output: NoLog())

    /// The same logger for another part of the program.
    public func labelled(_ label: String) -> Logger {
        var logger = self
        logger.label = label
        return logger
    }

    /// The same logger for a run.
    public func forRun(_ runID: Int64) -> Logger {
        var logger = self
        logger.runID = runID
        return logger
    }

    /// The same logger with more fields.
    public func with(_ fields: KeyValuePairs<String, LogValue>) -> Logger {
        var logger = self
        logger.fields += fields.map { LogField($0.key, $0.value) }
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
            message: message(),
            fields: self.fields + fields().map { LogField($0.key, $0.value) }
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
