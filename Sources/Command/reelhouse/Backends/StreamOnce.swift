import Arguments
import Glibc

/// Checks that two ports do not name the same pipe, which can be read only once.
enum StreamOnce {
    /// Identifies a pipe or terminal.
    private struct Stream: Hashable {
        var device: UInt
        var inode: UInt
    }

    /// Compares the locations of both ports.
    ///
    /// - Throws: `UsageError` when both name standard input or the same pipe.
    static func check(movies: [String], events: [String]) throws {
        let first = Set(movies.compactMap(stream))
        guard let twice = events.first(where: { stream($0).map(first.contains) ?? false }) else { return }
        let what = isStandardInput(twice) ? "standard input" : twice
        throw UsageError(
            "both --movies and --events read \(what), which can be read only once",
            hint: "Save one of the two in a file and name that.")
    }

    /// The pipe, socket or terminal of a location; nil when the location can be read more than once.
    private static func stream(_ location: String) -> Stream? {
        var status = stat()
        let isThere = isStandardInput(location) ? fstat(STDIN_FILENO, &status) == 0 : stat(location, &status) == 0
        guard isThere else { return nil }
        let kind = status.st_mode & S_IFMT
        guard isStandardInput(location) || kind == S_IFIFO || kind == S_IFSOCK else { return nil }
        return Stream(device: UInt(status.st_dev), inode: UInt(status.st_ino))
    }

    private static func isStandardInput(_ location: String) -> Bool {
        ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].contains(location)
    }
}
