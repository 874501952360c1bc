/// An option of a command: a flag, or a name that takes a value.
public struct Option: Sendable, Equatable {
    /// The value of an option.
    public struct Value: Sendable, Equatable {
        /// Which values are valid.
        public var kind: ValueKind
        /// The name of the value in help texts, without brackets, such as `path`.
        public var placeholder: String
        /// The value if the option is not given, as it would be typed; shown in help texts.
        public var defaultValue: String?
        /// The value if the option is given without one, as `--posters` for `--posters=w500`; nil where it needs one.
        public var impliedValue: String?

        /// Creates a value of a kind. The default placeholder is that of the kind.
        public init(
            _ kind: ValueKind, placeholder: String? = nil, defaultValue: String? = nil, impliedValue: String? = nil
        ) {
            self.kind = kind
            self.placeholder = placeholder ?? kind.placeholder
            self.defaultValue = defaultValue
            self.impliedValue = impliedValue
        }
    }

    /// How often an option may be given.
    public enum Repetition: Sendable, Equatable {
        /// Once. If it is given several times, the last value counts.
        case lastCounts
        /// Several times, each with one value; all count.
        case repeats
        /// Several times. The words that follow directly are values of it too: `--movies a b c`.
        case takesMany
    }

    /// The long name without its hyphens.
    public var name: String
    /// The short name, one ASCII letter or digit.
    public var short: Character?
    /// The value; nil for a flag.
    public var value: Value?
    /// How often the option may be given. Flags may be given any number of times.
    public var repetition: Repetition
    /// What the option does, in a sentence or more.
    public var help: String
    /// Whether the option is accepted, but neither shown in help nor completed.
    public var isHidden: Bool

    private init(
        name: String,
        short: Character?,
        value: Value?,
        repetition: Repetition,
        help: String,
        isHidden: Bool
    ) {
        self.name = name
        self.short = short
        self.value = value
        self.repetition = repetition
        self.help = help
        self.isHidden = isHidden
    }

    /// Creates an option without a value.
    public static func flag(_ name: String, short: Character? = nil, help: String, isHidden: Bool = false) -> Option {
        Option(name: name, short: short, value: nil, repetition: .lastCounts, help: help, isHidden: isHidden)
    }

    /// Creates an option with a value.
    public static func value(
        _ name: String,
        short: Character? = nil,
        _ kind: ValueKind,
        placeholder: String? = nil,
        defaultValue: String? = nil,
        impliedValue: String? = nil,
        repetition: Repetition = .lastCounts,
        help: String,
        isHidden: Bool = false
    ) -> Option {
        Option(
            name: name,
            short: short,
            value: Value(
                kind, placeholder: placeholder, defaultValue: defaultValue, impliedValue: impliedValue),
            repetition: repetition,
            help: help,
            isHidden: isHidden
        )
    }
}

/// An argument without a name: what it means follows from its position.
public struct Operand: Sendable, Equatable {
    /// The operand's name, by which ``ParsedArguments`` gives it; shown in help texts, without brackets here.
    public var name: String
    /// Which values are valid.
    public var kind: ValueKind
    /// What the operand means, in a sentence or more.
    public var help: String
    /// Whether the operand may be omitted.
    public var isOptional: Bool
    /// Whether it stands for all operands from here on. Only the last operand of a command may do so.
    public var repeats: Bool

    /// Creates an operand.
    public init(
        _ name: String,
        _ kind: ValueKind = .text,
        help: String,
        isOptional: Bool = false,
        repeats: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.help = help
        self.isOptional = isOptional
        self.repeats = repeats
    }
}
