import Arguments
import Domain
import Glibc

/// Decides which of the ports movies and events a command reads.
enum DefaultInputs {
    /// The ports that options or variables name, or else those whose default folder exists.
    ///
    /// - Throws: `CommandError` when no option names a port and no default folder exists.
    static func ports(_ arguments: ParsedArguments) throws -> [SourcePort] {
        let only = arguments.hasOption("only") ? arguments.choice("only", as: SourcePort.self) : nil
        let all = SourcePort.allCases.filter { only == nil || $0 == only }
        let named = all.filter { arguments.isNamed($0.rawValue) }
        if !named.isEmpty { return named }
        let present = all.filter { port in arguments.strings(port.rawValue).contains { isThere($0) } }
        guard !present.isEmpty else {
            let absent = all.map { arguments.strings($0.rawValue).joined(separator: ", ") }
            let names = (absent.count > 1 ? "neither " : "no ") + absent.joined(separator: " nor ")
            throw CommandError(
                message: "there is no data to load: there is \(names)",
                hint: "Name files with --movies or --events, or make some data with `reelhouse generate`.")
        }
        return present
    }

    /// Whether there is a file or folder at a path.
    static func isThere(_ location: String) -> Bool {
        var status = stat()
        return lstat(location, &status) == 0 || (errno != ENOENT && errno != ENOTDIR)
    }
}
