import Arguments
import Domain
import Files
import Pipeline

/// What the tasks of a nightly batch work on, as its command line and the variables say.
struct NightlyPlace {
    /// The command line of `nightly`, with what variables give.
    let arguments: ParsedArguments
    let configuration: Configuration
    private let settings: LiveSettings

    init(_ arguments: ParsedArguments, _ configuration: Configuration) {
        self.arguments = arguments
        self.configuration = configuration
        settings = LiveSettings(arguments, configuration)
    }

    /// The folder of snapshots.
    var snapshots: String { arguments.string("snapshots") ?? ExportCommand.defaultFolder }

    /// The words that name a location in the command line of a task: what was given for it, or `--live`.
    func words(_ option: String) -> [String] {
        if arguments.isGiven(option) { return ["--\(option)"] + arguments.strings(option) }
        let origin = settings.settings.first { $0.option == option }?.origin
        guard case .variable = origin else { return [] }
        return ["--live"] + environmentFile
    }

    /// The words that name the file of variables.
    var environmentFile: [String] {
        arguments.isGiven("env-file") ? ["--env-file", arguments.string("env-file") ?? ""] : []
    }

    /// Whether lines of a port come from files or folders.
    func readsFiles(_ port: SourcePort) -> Bool {
        let backend = try? Backends.sourceBackend(port, arguments.strings(port.rawValue)).backend
        return backend?.naming.takesPaths == true
    }

    /// Why there is nothing to load of a port; nil where there is.
    func absence(of port: SourcePort) -> String? {
        let locations = arguments.strings(port.rawValue)
        if arguments.isNamed(port.rawValue) || locations.contains(where: { DefaultInputs.isThere($0) }) { return nil }
        return "there is no \(locations.joined(separator: ", "))"
    }

    /// Whether there is no warehouse, and nothing to make one of.
    var isEmpty: Bool {
        absence(of: .movies) != nil && absence(of: .events) != nil
            && !Backends.isThere(arguments.string("warehouse") ?? "")
    }

    /// The folder of event files, or why there is none to compact.
    var eventFolder: (path: String?, reason: String?) {
        let locations = arguments.strings(SourcePort.events.rawValue)
        guard readsFiles(.events) else { return (nil, "the events do not come from files") }
        guard locations.count == 1, let path = locations.first else {
            return (nil, "the events come from several places; compact each by itself")
        }
        let file = Location(path).filePath
        return Folder.isFolder(file) ? (file, nil) : (nil, "there is no folder \(file)")
    }

    /// Whether a key of TMDB's API is set.
    var hasKey: Bool {
        ["TMDB_ACCESS_TOKEN", "TMDB_API_KEY"].contains { configuration.variables[$0]?.value.isEmpty == false }
    }
}
