import Domain
import Glibc
import JSON

/// Makes Parquet files by DuckDB or PyArrow in a Python, since Debian has no C library that writes them.
public struct ParquetMaker: Sendable {
    /// The variable that names the Python.
    public static let variable = "REELHOUSE_PYTHON"
    private let python: String
    /// The library and its version.
    public let library: String

    /// Looks for a library.
    ///
    /// - Parameter python: the Python; nil for `python3`.
    /// - Throws: `SnapshotError.noParquet`.
    public init(python: String?) throws {
        self.python = python ?? "python3"
        let result = Self.run(self.python, [])
        guard result.status == 0 else {
            throw SnapshotError.noParquet(tried: self.python, words: Self.line(result.errors))
        }
        library = Self.line(result.output)
    }

    /// Makes Parquet files of files of CSV, and compares each with its own row for row.
    ///
    /// - Throws: `SnapshotError.parquetFailed`.
    public func make(_ files: [ParquetFile]) throws {
        let jobs = files.map { file in
            let columns = file.table.columns.map { column in
                JSONText.array([
                    .string(column.name), .string(column.type?.rawValue ?? "text"), .boolean(column.isNullable),
                ])
            }
            return JSONText.array([.string(file.csv), .string(file.parquet), .array(columns)]).compact
        }
        let result = Self.run(python, jobs)
        let rows = result.output.split(separator: "\n").map { Int64($0) }
        guard result.status == 0 else {
            let failed = files.indices.contains(rows.count) ? files[rows.count].table.name : "tables"
            throw SnapshotError.parquetFailed(table: failed, words: Self.line(result.errors))
        }
        for (place, file) in files.enumerated()
        where !rows.indices.contains(place) || rows[place] != file.table.file?.rows {
            throw SnapshotError.parquetFailed(
                table: file.table.name,
                words: "it does not have the \(file.table.file?.rows ?? 0) rows that were exported")
        }
    }

    /// A program's words on one line.
    private static func line(_ text: String) -> String {
        let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return words.count > 500 ? words.prefix(500) + "…" : words
    }

    private struct Result {
        var status: Int32
        var output: String
        var errors: String
    }

    /// Runs the script.
    private static func run(_ python: String, _ arguments: [String]) -> Result {
        let script = String(decoding: PackageResources.parquet_py, as: UTF8.self)
        guard let output = try? OpenFile(temporary: ()), let errors = try? OpenFile(temporary: ()) else {
            return Result(status: -1, output: "", errors: "no temporary file can be created")
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output.descriptor, 1)
        posix_spawn_file_actions_adddup2(&actions, errors.descriptor, 2)
        var words = ([python, "-c", script] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var process = pid_t()
        let failure = posix_spawnp(&process, python, &actions, nil, &words, environ)
        if failure != 0 {
            return Result(status: -1, output: "", errors: "\(python): \(String(cString: strerror(failure)))")
        }
        var status: Int32 = 0
        wait(for: process, &status)
        let isEnded = status & 0x7F == 0
        return Result(
            status: isEnded ? status >> 8 & 0xFF : -1, output: text(output),
            errors: isEnded ? text(errors) : "a signal ended it")
    }

    /// Waits for the end of a program, and ends it on a request to stop.
    private static func wait(for process: pid_t, _ status: inout Int32) {
        var isAsked = false
        while true {
            let found = waitpid(process, &status, WNOHANG)
            if found == process || found < 0 && errno != EINTR { return }
            if StopRequest.endsReading, !isAsked {
                isAsked = true
                kill(process, SIGTERM)
            }
            usleep(10_000)
        }
    }

    private static func text(_ file: OpenFile) -> String {
        guard file.seek(to: 0), let bytes = try? file.readAll() else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension OpenFile {
    /// Creates a file without a name in the folder for temporary files.
    fileprivate convenience init(temporary: Void) throws(FileError) {
        try self.init(anonymousIn: getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp")
    }
}
