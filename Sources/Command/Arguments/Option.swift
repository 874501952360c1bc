/// An option of a command: a flag, or a name that takes a value.
public struct Option: Sendable, Equatable {
    /// The value that an option takes.
    public struct Value: Sendable, Equatable {
        /// What values are understood.
        public var kind: ValueKind
        /// The name that stands for the value in help texts, without brackets, such as `path`.
        public var placeholder: String
        /// The value when the option is not given, as it would be written; shown in help texts.
        public var defaultValue: String?

        /// A value of a kind; the placeholder is the kind's own unless given.
        public init(_ kind: ValueKind, placeholder: String? = nil, defaultValue: String? = nil) {
            self.kind = kind
            self.placeholder = placeholder ?? kind.placeholder
            self.defaultValue = defaultValue
        }
    }

    /// How often an option may be given.
    public enum Repetition: Sendable, Equatable {
        /// Once; of several the last counts.
        case lastCounts
        /// Several times, each with one value; all count.
        case repeats
        /// Several times, and the operands that follow one directly are values of it too: `--movies a b c`.
        case takesMany
    }

    /// The long name without its hyphens.
    public var name: String
    /// The short name, one ASCII letter or digit.
    public var short: Character?
    /// The value, or nil for a flag.
    public var value: Value?
    /// How often it may be given. Flags are counted.
    public var repetition: Repetition
    /// What it does, in a sentence or more.
    public var help: String
    /// Understood, but shown and completed nowhere.
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

    /// An option without a value.
    public static func flag(_ name: String, short: Character? = nil, help: String, isHidden: Bool = false) -> Option {
        Option(name: name, short: short, value: nil, repetition: .lastCounts, help: help, isHidden: isHidden)
    }

    /// An option with a value.
    public static func value(
        _ name: String,
        short: Character? = nil,
        _ kind: ValueKind,
        placeholder: String? = nil,
        defaultValue: String? = nil,
        repetition: Repetition = .lastCounts,
        help: String,
        isHidden: Bool = false
    ) -> Option {
        Option(
            name: name,
            short: short,
            value: Value(kind, placeholder: placeholder, defaultValue: defaultValue),
            repetition: repetition,
            help: help,
            isHidden: isHidden
        )
    }
}

/// An argument known by its place rather than by a name.
public struct Operand: Sendable, Equatable {
    /// The name that stands for it in help texts, without brackets, and that ``ParsedArguments`` knows it by.
    public var name: String
    /// What values are understood.
    public var kind: ValueKind
    /// What it is, in a sentence or more.
    public var help: String
    /// May be left out.
    public var isOptional: Bool
    /// Takes all operands from here on; only the last one of a command may.
    public var repeats: Bool

    /// An operand.
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
