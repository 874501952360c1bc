import EnvironmentFile

/// The variables of the environment and those of a `.env` file, each with the place that it comes from. A variable that is
/// in both has the value of the environment, also when that is empty.
struct Variables: Sendable, Equatable {
    /// Where the value of a variable comes from.
    enum Place: Sendable, Equatable {
        /// The environment of the process.
        case environment
        /// A line of a `.env` file.
        case file(path: String, line: Int)

        /// The place as a part of a sentence: `the environment`, `.env, line 4`.
        var text: String {
            switch self {
            case .environment: "the environment"
            case .file(let path, let line): "\(path), line \(line)"
            }
        }
    }

    /// A variable.
    struct Variable: Sendable, Equatable {
        var name: String
        var value: String
        var place: Place
        /// Whether a shell or Docker Compose would replace a part of the value.
        var looksReplaced = false
    }

    /// All variables by name.
    private let byName: [String: Variable]

    /// The variables of an environment, and those of a file that the environment does not have.
    init(environment: [String: String], file: (path: String, content: EnvironmentFile)? = nil) {
        var all = environment.reduce(into: [String: Variable]()) { all, entry in
            all[entry.key] = Variable(name: entry.key, value: entry.value, place: .environment)
        }
        for variable in file?.content.variables ?? [] where all[variable.name] == nil {
            all[variable.name] = Variable(
                name: variable.name, value: variable.value,
                place: .file(path: file?.path ?? "", line: variable.line), looksReplaced: variable.looksReplaced)
        }
        byName = all
    }

    /// A variable that has a value; nil where it is not set or is empty.
    subscript(name: String) -> Variable? { byName[name].flatMap { $0.value.isEmpty ? nil : $0 } }

    /// All variables: those of the environment by name, then those of the file in the order of their lines.
    var all: [Variable] {
        byName.values.sorted { first, second in
            switch (first.place, second.place) {
            case (.environment, .environment): first.name < second.name
            case (.environment, .file): true
            case (.file, .environment): false
            case (.file(_, let line), .file(_, let other)): line < other
            }
        }
    }

    /// Those that come from the file.
    var ofFile: [Variable] { all.filter { $0.place != .environment } }

    /// The names and values of all.
    var values: [String: String] { byName.mapValues(\.value) }
}
