import Arguments
import Domain
import Glibc

/// Which streams a command reads where it is told of none: those whose default folder is there.
enum DefaultInputs {
    /// The streams to read; what is not there and nobody asked for is told in a line.
    ///
    /// - Throws: `CommandError` when nothing is named and no default folder is there.
    static func ports(_ arguments: ParsedArguments, _ console: Console) throws -> [SourceIdentity.Port] {
        let all = SourceIdentity.Port.allCases
        let named = all.filter { arguments.isGiven($0.rawValue) }
        if !named.isEmpty { return named }
        let present = all.filter { port in arguments.strings(port.rawValue).contains { isThere($0) } }
        let absent = all.filter { !present.contains($0) }.map { folder($0, arguments) }
        guard !present.isEmpty else {
            throw CommandError(
                message: "there is no data to load: neither \(absent.joined(separator: " nor ")) is there",
                hint: "Name files with --movies or --events, or make some data with `reelhouse generate`.")
        }
        for (port, folder) in zip(present, absent) {
            console.say("There is no \(folder); only \(port.rawValue) are read.")
        }
        return present
    }

    private static func folder(_ port: SourceIdentity.Port, _ arguments: ParsedArguments) -> String {
        arguments.strings(port.rawValue).joined(separator: ", ")
    }

    private static func isThere(_ location: String) -> Bool {
        var status = stat()
        return lstat(location, &status) == 0 || (errno != ENOENT && errno != ENOTDIR)
    }
}
