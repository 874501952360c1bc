import Arguments
import Domain

/// The locations of a command's ports, and where each comes from: an option beats a variable of the environment, that one
/// of the `.env` file, that the default. Variables count with `--live` only.
struct LiveSettings {
    /// Where a location comes from.
    enum Origin: Equatable {
        /// The option, on the command line.
        case option
        /// A variable.
        case variable(Variables.Variable)
        /// Neither: the option's default, or nothing.
        case standard
    }

    /// The location of a port.
    struct Setting {
        var port: LivePort
        /// The name of the option that takes the location.
        var option: String
        /// The location; there may be several on the command line, and none where there is no default.
        var locations: [String]
        var origin: Origin
    }

    /// One for each port of the command.
    let settings: [Setting]
    private let configuration: Configuration
    private let isLive: Bool
    private let isFetch: Bool

    /// The settings of a command line.
    ///
    /// - Parameter isLive: whether variables count.
    init(_ arguments: ParsedArguments, _ configuration: Configuration, isLive: Bool) {
        self.configuration = configuration
        self.isLive = isLive
        isFetch = arguments.command == ["fetch"]
        settings = Self.options(of: arguments).map { option, port in
            var setting = Setting(
                port: port, option: option, locations: arguments.strings(option), origin: .standard)
            if arguments.isGiven(option) {
                setting.origin = .option
            } else if isLive, let (location, variable) = port.location(in: configuration.variables) {
                setting.locations = [location]
                setting.origin = .variable(variable)
            }
            return setting
        }
    }

    /// The settings of a command line, as it asks for them.
    init(_ arguments: ParsedArguments, _ configuration: Configuration) {
        self.init(arguments, configuration, isLive: configuration.isLive)
    }

    /// The options of a command that take the location of a port.
    private static func options(of arguments: ParsedArguments) -> [(option: String, port: LivePort)] {
        guard arguments.hasOption(LiveOption.live.name) || arguments.command == ["config"] else { return [] }
        switch arguments.command {
        case ["publish"]:
            return LivePort(rawValue: arguments.operand("port") ?? "").map { [("to", $0)] } ?? []
        case ["restore"]: return [("from", .movies)]
        default: return LivePort.allCases.filter { arguments.takesValue($0.rawValue) }.map { ($0.rawValue, $0) }
        }
    }

    /// The arguments with the locations that variables give.
    func applied(to arguments: ParsedArguments) -> ParsedArguments {
        settings.reduce(arguments) { arguments, setting in
            guard case .variable = setting.origin, let location = setting.locations.first else { return arguments }
            return arguments.providing(location, for: setting.option)
        }
    }

    /// Whether neither an option nor a variable gives the location of any port.
    var areAllStandard: Bool { settings.allSatisfy { $0.origin == .standard } }

    /// Checks that `--live` says where the ports are, and that what the variables say can be a location. Opens nothing.
    ///
    /// - Throws: `ConfigurationError`.
    func check() throws(ConfigurationError) {
        guard isLive, !settings.isEmpty else { return }
        for setting in settings { if let fault = fault(of: setting) { throw fault } }
        if areAllStandard { throw .nothingIsLive(settings.map(\.port), file: configuration.file) }
    }

    /// What is wrong with the location of a port, as far as its text shows; nil where nothing is.
    func fault(of setting: Setting) -> ConfigurationError? {
        switch setting.origin {
        case .option: return nil
        case .standard:
            if !isLive { return nil }
            let meant = [setting.port.variable, setting.port.serverVariable]
            for variable in configuration.unknown where !variable.value.isEmpty {
                guard let nearest = KnownVariables.nearest(to: variable.name), meant.contains(nearest) else { continue }
                return .misspelt(variable, meant: nearest)
            }
            return nil
        case .variable(let variable):
            // Any text without a scheme is a path, such as libpq's host=… password=…, which would become a file's name.
            let scheme = Location(setting.locations.first ?? "").scheme
            let isOfServer = variable.name == setting.port.serverVariable
            if isOfServer, scheme.map(setting.port.server.schemes.contains) != true {
                return .noServer(variable, form: setting.port.server.form, other: setting.port.variable)
            }
            if scheme == nil, Self.looksLikeLogin(variable.value) {
                return .noScheme(variable, form: setting.port.form)
            }
            do {
                try Self.validate(setting)
                return nil
            } catch {
                guard let cause = error as? any ReportedError else { return nil }
                return .wrongLocation(variable, cause: cause)
            }
        }
    }

    /// Whether a text that is no URL is of the form `user:password@host`, so that a scheme was forgotten. What is there as a
    /// file is one.
    private static func looksLikeLogin(_ text: String) -> Bool {
        guard let colon = text.firstIndex(of: ":"), let at = text.lastIndex(of: "@"), colon < at else { return false }
        return !text.hasPrefix("/") && !text.hasPrefix(".") && !DefaultInputs.isThere(text)
    }

    private static func validate(_ setting: Setting) throws {
        let location = Location(setting.locations.first ?? "")
        func validate(_ backends: [some Backend]) throws {
            try BackendRegistry.pick(location, from: backends, port: setting.port.name).validate(location)
        }
        switch setting.port {
        case .movies, .events:
            if setting.option == "to" { return try validate(BackendRegistry.messageTargets) }
            try validate(BackendRegistry.sources(setting.port == .movies ? .movies : .events))
        case .raw: try validate(BackendRegistry.rawStores)
        case .warehouse: try validate(BackendRegistry.warehouses)
        }
    }

    /// The warnings about what a user of `--live` and `--env-file` may not expect.
    var warnings: [Report] {
        // A fetch reads `.env` for its key, whatever else is in it.
        guard isLive else { return isFetch ? [] : unused.map { [$0] } ?? [] }
        let isInputNamed = settings.contains { $0.port.isInput && $0.origin != .standard }
        return settings.filter { $0.origin == .standard }.map { setting in
            let consequence =
                setting.port.isInput && isInputNamed
                ? "none are read" : "the default is used: \(setting.locations.joined(separator: ", "))"
            return Report(
                kind: .warning,
                message: "--live finds no location for \(setting.port.nameInSentence), so that \(consequence)",
                hint: "Set \(setting.port.variables), or name it with --\(setting.option).")
        }
    }

    /// A file was named whose locations do not count.
    private var unused: Report? {
        guard let file = configuration.file else { return nil }
        let names = settings.filter { $0.origin == .standard }.compactMap { setting -> String? in
            guard let (_, variable) = setting.port.location(in: configuration.variables),
                variable.place != .environment
            else { return nil }
            return variable.name
        }
        let distinct = names.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        guard !distinct.isEmpty else { return nil }
        return Report(
            kind: .warning,
            message:
                "\(file) sets \(distinct.joined(separator: ", ")), which \(distinct.count == 1 ? "counts" : "count") "
                + "with --live only",
            hint: "Add --live to use \(distinct.count == 1 ? "it" : "them").")
    }
}
