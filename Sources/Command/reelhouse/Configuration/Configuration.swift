import Arguments
import EnvironmentFile
import Glibc

/// Where a command's settings come from: its options, the environment, and a `.env` file.
///
/// The file is read for `--live`, for `--env-file`, for `--pseudonymize`, and by `reelhouse config`, `fetch` and `nightly`, and never otherwise, so
/// that a command without these options does the same in every folder.
struct Configuration: Sendable {
    /// The variables of the environment and of the file.
    let variables: Variables
    /// The path of the file that was read; nil where none was.
    let file: String?
    /// Whether the locations that variables give are in force (`--live`).
    let isLive: Bool

    /// Without a file.
    init(environment: [String: String], isLive: Bool = false) {
        variables = Variables(environment: environment)
        file = nil
        self.isLive = isLive
    }

    /// The configuration of a command line.
    ///
    /// - Throws: `ConfigurationError` for a file that cannot be read.
    init(_ arguments: ParsedArguments, environment: [String: String]) throws(ConfigurationError) {
        isLive = arguments.isDeclaredFlag(LiveOption.live.name)
        let named =
            arguments.hasOption(LiveOption.environmentFile.name)
            ? arguments.string(LiveOption.environmentFile.name) : nil
        let path = named ?? EnvironmentFileReader.defaultPath
        // A fetch finds its key there, and so do pseudonyms.
        let isRead =
            isLive || named != nil || [["config"], ["fetch"], ["nightly"]].contains(arguments.command)
            || arguments.isDeclaredFlag("pseudonymize")
        let content = isRead ? try EnvironmentFileReader.read(path, isAsked: named != nil) : nil
        file = content == nil ? nil : path
        variables = Variables(environment: environment, file: content.map { (path, $0) })
    }

    /// Puts the variables of the file that a backend reads into the environment of this process, since libpq and other
    /// libraries look for them there. One that is set already stays as it is. Called before there is another thread.
    func passToLibraries() {
        for variable in variables.ofFile where KnownVariables.reads(variable.name) {
            setenv(variable.name, variable.value, 0)
        }
    }

    /// Whether the file has a password or a key, and users other than its owner may read it.
    var isReadableByOthers: Bool {
        guard let file, EnvironmentFileReader.isOpenToOthers(file) else { return false }
        return variables.ofFile.contains { KnownVariables.shown($0) != $0.value }
    }

    /// The variables that nothing reads: those of this program's prefix, and all of the file.
    var unknown: [Variables.Variable] {
        variables.all.filter { variable in
            let isOurs = variable.name.hasPrefix(KnownVariables.prefix) || variable.place != .environment
            return isOurs && !KnownVariables.reads(variable.name)
        }
    }
}
