/// The options and operands of a command line, which have been checked. Values are read by the names of the
/// declaration:
///
///     let arguments = …  // of `reelhouse run --max-rejects 3 --movies a b`
///     arguments.limit("max-rejects")
///     arguments.strings("movies")  // ["a", "b"]
///
/// The accessors do not throw: the parser has thrown ``UsageError`` for invalid values. Reading a name that is not
/// declared, or with the accessor of another kind, is a programming error and traps.
public struct ParsedArguments: Sendable {
    /// The names of the subcommands down to the one to run, without the outermost command: `["quarantine", "show"]`.
    public let command: [String]
    /// The command's whole name, for messages: `reelhouse quarantine show`.
    public let name: String
    private let declared: [String: Option]
    private let given: [String: [String]]
    private let operandValues: [String: [String]]
    /// Values of options from elsewhere than the command line.
    private var provided: [String: String] = [:]

    init(path: CommandPath, given: [String: [String]], operands: [String: [String]]) {
        command = path.commands.dropFirst().map(\.name)
        name = path.name
        declared = Dictionary(path.allOptions.map { ($0.name, $0) }) { own, _ in own }
        self.given = given
        operandValues = operands
    }

    /// Whether the command has an option of this name.
    public func hasOption(_ name: String) -> Bool { declared[name] != nil }

    /// Whether the command has an option of this name that takes a value.
    public func takesValue(_ name: String) -> Bool { declared[name]?.value != nil }

    /// Whether an option is on the command line; defaults do not count.
    public func isGiven(_ name: String) -> Bool {
        precondition(declared[name] != nil, "no option --\(name) is declared")
        return given[name] != nil
    }

    /// Whether an option has a value that is not its default: it is on the command line, or its value was provided.
    public func isNamed(_ name: String) -> Bool { isGiven(name) || provided[name] != nil }

    /// The same arguments with a value of an option that comes from elsewhere than the command line, such as from a
    /// variable of the environment. It counts where the option is not on the command line.
    public func providing(_ value: String, for name: String) -> ParsedArguments {
        precondition(takesValue(name), "no option --\(name)=... is declared")
        var copy = self
        copy.provided[name] = value
        return copy
    }

    /// Whether a flag is given.
    public func flag(_ name: String) -> Bool { count(name) > 0 }

    /// How many times a flag is given.
    public func count(_ name: String) -> Int {
        precondition(declared[name].map { $0.value == nil } == true, "no flag --\(name) is declared")
        return given[name]?.count ?? 0
    }

    /// The value of an option as typed, or the last one of several; else the one that was provided, or its default.
    public func string(_ name: String) -> String? { strings(name).last }

    /// All values of an option as typed; else the one that was provided, or its default.
    public func strings(_ name: String) -> [String] {
        guard let value = declared[name]?.value else { preconditionFailure("no option --\(name)=... is declared") }
        return given[name] ?? (provided[name] ?? value.defaultValue).map { [$0] } ?? []
    }

    /// The value of an option of kind `integer`.
    public func integer(_ name: String) -> Int64? { value(name, ValueText.integer) }

    /// The value of an option of kind `number`.
    public func number(_ name: String) -> Double? { value(name, ValueText.number) }

    /// The value of an option of kind `date`, as days since 1970-01-01.
    public func day(_ name: String) -> Int32? { value(name, ValueText.day) }

    /// The value of an option of kind `time`, as milliseconds since 1970 in UTC.
    public func milliseconds(_ name: String) -> Int64? { value(name, ValueText.milliseconds) }

    /// The value of an option of kind `timeOr`.
    public func timeOrWord(_ name: String) -> TimeOrWord? {
        value(name) { text in ValueText.milliseconds(text).map { .milliseconds($0) } ?? .word(text) }
    }

    /// The value of an option of kind `duration`.
    public func duration(_ name: String) -> Duration? { value(name, ValueText.duration) }

    /// The value of an option of kind `limit`.
    public func limit(_ name: String) -> Limit? { value(name, Limit.init) }

    /// The value of an option of kind `choice`, as an enumeration whose raw values are the choices.
    public func choice<Choice: RawRepresentable<String>>(_ name: String, as type: Choice.Type) -> Choice? {
        value(name, Choice.init(rawValue:))
    }

    /// An operand as typed; nil if it is optional and was omitted.
    public func operand(_ name: String) -> String? { operands(name).first }

    /// All values of an operand that repeats.
    public func operands(_ name: String) -> [String] {
        guard let values = operandValues[name] else { preconditionFailure("no operand '\(name)' is declared") }
        return values
    }

    private func value<Value>(_ name: String, _ read: (String) -> Value?) -> Value? {
        guard let text = string(name) else { return nil }
        guard let value = read(text) else { preconditionFailure("--\(name) is of another kind") }
        return value
    }
}

/// The value of an option of kind `ValueKind.timeOr`.
public enum TimeOrWord: Sendable, Equatable {
    /// One of the words of the declaration.
    case word(String)
    /// A point in time, milliseconds since 1970 in UTC.
    case milliseconds(Int64)
}
