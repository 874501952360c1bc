import Arguments
import Domain
import JSON

/// The output of `config` as text or JSON. It contains no password and no key.
struct ConfigurationReport {
    private let configuration: Configuration
    private let inForce: LiveSettings
    private let withLive: LiveSettings
    /// Whether variables of the file count for commands with the same options.
    private let isFileInForce: Bool

    init(_ arguments: ParsedArguments, _ configuration: Configuration) {
        self.configuration = configuration
        inForce = LiveSettings(arguments, configuration)
        withLive = LiveSettings(arguments, configuration, isLive: true)
        isFileInForce = configuration.isLive || arguments.isGiven(LiveOption.environmentFile.name)
    }

    /// Whether the locations that are in force can be used, as far as their texts show.
    var isUsable: Bool {
        !configuration.isLive
            || (!inForce.areAllStandard && inForce.settings.allSatisfy { inForce.fault(of: $0) == nil })
    }

    /// The variables that are set and that something reads. Of the environment those that any system has are left out.
    private var variables: [Variables.Variable] {
        configuration.variables.all.filter { variable in
            KnownVariables.reads(variable.name)
                && (variable.place != .environment || !KnownVariables.isOfSystem(variable.name))
        }
    }

    /// Whether a variable is in force.
    private func counts(_ variable: Variables.Variable) -> Bool {
        // A fetch reads its key from the file without being asked to.
        if variable.name.hasPrefix("TMDB_") { return true }
        if KnownVariables.ports.contains(where: { $0.name == variable.name }) {
            return inForce.settings.contains { $0.origin == .variable(variable) }
        }
        return variable.place == .environment || isFileInForce
    }

    /// What else a user should know, in sentences.
    private var notes: [String] {
        var notes = variables.filter(\.looksReplaced).map {
            "\($0.name) (\($0.place.text)): what begins with $ in its value is not replaced."
        }
        if let file = configuration.file, configuration.isReadableByOthers {
            notes.append("Other users can read \(file), which has a password or a key: chmod 600 \(file)")
        }
        return notes
    }
}

// MARK: - JSON

extension ConfigurationReport {
    var json: JSONText {
        .object([
            ("live", .boolean(configuration.isLive)), ("env_file", configuration.file.map { .string($0) } ?? .null),
            ("settings", .array(inForce.settings.map { json($0, of: inForce) })),
            ("with_live", .array(withLive.settings.map { json($0, of: withLive) })),
            ("variables", .array(variables.map(json))), ("unknown", .array(configuration.unknown.map(unknownJSON))),
            ("notes", .array(notes.map { .string($0) })),
        ])
    }

    private func json(_ setting: LiveSettings.Setting, of settings: LiveSettings) -> JSONText {
        let origin: (givenBy: String?, members: [(String, JSONText)]) =
            switch setting.origin {
            case .option: ("--\(setting.option)", Self.origin("option"))
            case .standard: (nil, Self.origin("default"))
            case .variable(let variable): (variable.name, Self.origin(of: variable))
            }
        return .object(
            [
                ("name", .string(setting.port.rawValue)), ("locations", .array(shown(setting).map { .string($0) })),
                ("given_by", origin.givenBy.map { .string($0) } ?? .null),
            ] + origin.members
                + [("problem", settings.fault(of: setting).map { .string($0.message) } ?? .null)])
    }

    private func json(_ variable: Variables.Variable) -> JSONText {
        .object(
            [("name", .string(variable.name)), ("value", .string(KnownVariables.shown(variable)))]
                + Self.origin(of: variable) + [("in_force", .boolean(counts(variable)))])
    }

    private func unknownJSON(_ variable: Variables.Variable) -> JSONText {
        .object(
            [("name", .string(variable.name))] + Self.origin(of: variable)
                + [("nearest", KnownVariables.nearest(to: variable.name).map { .string($0) } ?? .null)])
    }

    /// The members that say where a value comes from.
    private static func origin(of variable: Variables.Variable) -> [(String, JSONText)] {
        switch variable.place {
        case .environment: origin("environment")
        case .file(let path, let line): origin("file", file: path, line: line)
        }
    }

    private static func origin(_ kind: String, file: String? = nil, line: Int? = nil) -> [(String, JSONText)] {
        [
            ("from", .string(kind)), ("file", file.map { .string($0) } ?? .null),
            ("line", line.map { .integer(Int64($0)) } ?? .null),
        ]
    }

    private func shown(_ setting: LiveSettings.Setting) -> [String] {
        setting.locations.map { "\(Location($0))" }
    }
}

// MARK: - Text

extension ConfigurationReport {
    func print(on console: Console) throws {
        let file =
            configuration.file.map { path in
                "Variables are read from the environment and from \(path)"
                    + (isFileInForce
                        ? "."
                        : ", which counts with --live, or with --env-file \(path); `fetch` reads its key there all "
                            + "the same.")
            } ?? "Variables are read from the environment; there is no \(EnvironmentFileReader.defaultPath) here."
        try console.print(paragraph: file)
        try console.print()
        try print(inForce, configuration.isLive ? "In force, with --live" : "In force, without --live", on: console)
        if !configuration.isLive { try print(withLive, "With --live", on: console) }
        if !variables.isEmpty {
            try console.print(console.style.bold("Variables that are read"))
            var table = TextTable([.text("name"), .path("value"), .path("from"), .text("in force")])
            for variable in variables {
                table.add([
                    variable.name, KnownVariables.shown(variable), variable.place.text, counts(variable) ? "yes" : "no",
                ])
            }
            try console.print(table)
            try console.print()
        }
        try printUnknown(on: console)
        for note in notes { try console.print(paragraph: note, hangingIndent: 2) }
    }

    private func print(_ settings: LiveSettings, _ title: String, on console: Console) throws {
        try console.print(console.style.bold(title))
        var table = TextTable([.text("port"), .path("location"), .path("from")])
        for setting in settings.settings {
            let origin =
                switch setting.origin {
                case .option: "--\(setting.option)"
                case .standard: "default"
                case .variable(let variable): "\(variable.name) (\(variable.place.text))"
                }
            table.add([setting.port.name, shown(setting).joined(separator: ", "), origin])
        }
        try console.print(table)
        for setting in settings.settings {
            guard let fault = settings.fault(of: setting) else { continue }
            try console.print(paragraph: console.style.red("wrong") + "  \(fault.message)", hangingIndent: 2)
            try console.print(paragraph: "       \(fault.hint)", hangingIndent: 7)
        }
        try console.print()
    }

    private func printUnknown(on console: Console) throws {
        let unknown = configuration.unknown
        if unknown.isEmpty { return }
        try console.print(console.style.bold("Set, but read by nothing here"))
        var table = TextTable([.text("name"), .path("from"), .prose("similar name")])
        for variable in unknown {
            table.add([variable.name, variable.place.text, KnownVariables.nearest(to: variable.name) ?? ""])
        }
        try console.print(table)
        try console.print()
    }
}
