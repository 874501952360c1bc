/// The declaration of a command. Its parser, help, shell completion and manual page are made from it.
///
/// A command has either subcommands or operands. Its subcommands accept its options too, before and after their name.
/// `--help` (`-h`) is added to each command, `--version` and the command `help` to the outermost one.
public struct CommandDeclaration: Sendable, Equatable {
    /// An example: a command line, and what it does.
    public struct Example: Sendable, Equatable {
        /// The whole command line.
        public var command: String
        /// What the command line does, in a sentence.
        public var meaning: String

        /// Creates an example.
        public init(_ command: String, _ meaning: String) {
            self.command = command
            self.meaning = meaning
        }
    }

    /// An exit status and its meaning.
    public struct ExitStatus: Sendable, Equatable {
        /// The status, 0 to 255.
        public var code: Int
        /// What the status means.
        public var meaning: String

        /// Creates an exit status.
        public init(_ code: Int, _ meaning: String) {
            self.code = code
            self.meaning = meaning
        }
    }

    /// An environment variable that the command reads.
    public struct EnvironmentVariable: Sendable, Equatable {
        /// The variable's name.
        public var name: String
        /// What the variable changes.
        public var meaning: String

        /// Creates a variable.
        public init(_ name: String, _ meaning: String) {
            self.name = name
            self.meaning = meaning
        }
    }

    /// The name on the command line.
    public var name: String
    /// What the command does, in one sentence.
    public var summary: String
    /// A longer description: paragraphs divided by blank lines. Lines that begin with white space are not wrapped.
    public var discussion: String
    /// Options of this command and of its subcommands.
    public var options: [Option]
    /// Operands in order.
    public var operands: [Operand]
    /// Examples of command lines.
    public var examples: [Example]
    /// Commands below this one.
    public var subcommands: [CommandDeclaration]
    /// Exit statuses. For a subcommand without any, those of its parent are shown.
    public var exitStatuses: [ExitStatus]
    /// Environment variables that this command and its subcommands read.
    public var environment: [EnvironmentVariable]

    /// Creates a declaration. ``faults()`` tells whether it is consistent.
    public init(
        name: String,
        summary: String,
        discussion: String = "",
        options: [Option] = [],
        operands: [Operand] = [],
        examples: [Example] = [],
        subcommands: [CommandDeclaration] = [],
        exitStatuses: [ExitStatus] = [],
        environment: [EnvironmentVariable] = []
    ) {
        self.name = name
        self.summary = summary
        self.discussion = discussion
        self.options = options
        self.operands = operands
        self.examples = examples
        self.subcommands = subcommands
        self.exitStatuses = exitStatuses
        self.environment = environment
    }
}

extension Option {
    static let help = Option.flag("help", short: "h", help: "Show this help and exit.")
    static let version = Option.flag("version", help: "Show the version and exit.")
}

/// A command together with the commands above it, the outermost first.
struct CommandPath {
    let commands: [CommandDeclaration]

    init(_ root: CommandDeclaration) { commands = [root] }

    private init(commands: [CommandDeclaration]) { self.commands = commands }

    var command: CommandDeclaration { commands[commands.count - 1] }

    var isRoot: Bool { commands.count == 1 }

    /// The whole name: `reelhouse quarantine show`.
    var name: String { commands.map(\.name).joined(separator: " ") }

    func appending(_ subcommand: CommandDeclaration) -> CommandPath { CommandPath(commands: commands + [subcommand]) }

    /// The options declared for this command itself, and those that every command has.
    var ownOptions: [Option] { command.options + (isRoot ? [.help, .version] : [.help]) }

    /// The options of the commands above, the nearest first.
    var inheritedOptions: [Option] { commands.dropLast().reversed().flatMap(\.options) }

    var allOptions: [Option] { ownOptions + inheritedOptions }

    var exitStatuses: [CommandDeclaration.ExitStatus] {
        commands.last { !$0.exitStatuses.isEmpty }?.exitStatuses ?? []
    }

    var environment: [CommandDeclaration.EnvironmentVariable] { commands.reversed().flatMap(\.environment) }

    var helpHint: String { "See '\(name) --help'." }

    /// This command and all below it, in order of declaration.
    var descendants: [CommandPath] { [self] + command.subcommands.flatMap { appending($0).descendants } }
}
