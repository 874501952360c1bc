import Arguments
import Domain
import Files
import Glibc
import Pipeline

/// Prints what a scheduler needs to run the nightly batch with the same arguments, or writes it into a folder.
struct NightlyEmission {
    private let format: ScheduleFormat
    private let schedule: NightlySchedule

    /// The options that a schedule decides by itself.
    private static let refused = ["only", "from", "date", "backfill", "plan", "now", "json"]
    /// The options that are passed on.
    private static let passed = [
        "movies", "events", "raw", "warehouse", "env-file", "snapshots", "with", "retry-wait", "retry-for",
        "metrics-file", "notify-command", "notify-on", "notify-limit", "log-format", "log-level",
    ]
    /// The longest times of tasks, in hours.
    private static let hours: [NightlyTask: Int] = [.fetch: 12, .movies: 6, .events: 12, .check: 2, .prune: 2]

    /// - Throws: `UsageError`.
    init(_ format: ScheduleFormat, _ arguments: ParsedArguments, skipped: Set<NightlyTask>) throws {
        self.format = format
        for name in Self.refused where arguments.isGiven(name) {
            throw UsageError(
                "--\(name) does not go with --emit: a schedule decides it",
                hint: "Leave it out; --skip and the locations are passed on.")
        }
        for name in ["warehouse", "raw", "movies", "events"] where arguments.isGiven(name) {
            let texts = arguments.strings(name)
            let locations = (texts.isEmpty ? [arguments.string(name) ?? ""] : texts).map { Location($0) }
            guard locations.contains(where: { $0.scheme != nil && $0.description != $0.text }) else { continue }
            throw UsageError(
                "--emit would write the password in --\(name) into a file that others may read",
                hint: "Give it by a file of variables that only the user of the job may read: --live --env-file=FILE.")
        }
        let folder = FilePath.absolute(".")
        schedule = try NightlySchedule(
            program: Self.program, folder: folder, arguments: Self.words(arguments),
            time: arguments.string("at").map { try NightlySchedule.Time($0) } ?? .standard, user: Self.user,
            writableFolders: Self.folders(arguments), steps: Self.steps,
            leftOut: NightlyTask.allCases.filter(skipped.contains).map(\.rawValue),
            tries: Int(arguments.integer("tries") ?? 3))
    }

    /// The path of this program.
    private static var program: String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The name of the user; its number where it has none.
    private static var user: String {
        guard let entry = getpwuid(getuid()), let name = entry.pointee.pw_name else { return "\(getuid())" }
        return String(cString: name)
    }

    private static func words(_ arguments: ParsedArguments) -> [String] {
        passed.filter(arguments.isGiven).flatMap { name in
            arguments.strings(name).map { "--\(name)=\($0)" }
        } + (arguments.flag("live") ? ["--live"] : []) + (arguments.flag("quiet") ? ["--quiet"] : [])
    }

    /// The folders that tasks write to, as absolute paths.
    private static func folders(_ arguments: ParsedArguments) -> [String] {
        func path(_ text: String) -> String? {
            let location = Location(text)
            return location.scheme == nil || location.scheme == "file" || location.scheme == "sqlite"
                ? location.filePath : nil
        }
        let warehouse = path(arguments.string("warehouse") ?? "").map { FilePath.split(FilePath.absolute($0)).folder }
        let others = ["raw", "snapshots", "events", "movies"].flatMap { arguments.strings($0) }.compactMap(path)
        let metrics = arguments.string("metrics-file").map { FilePath.split(FilePath.absolute($0)).folder }
        let fetched = [FetchCommand.defaultFolder, FetchCommand.defaultState]
        return ([warehouse, metrics].compactMap { $0 } + (others + fetched).map { FilePath.absolute($0) }).map { path in
            path.contains("*") ? FilePath.split(path).folder : path
        }
    }

    private static var steps: [NightlySchedule.Step] {
        let tasks = NightlyTask.allCases
        return tasks.enumerated().map { place, task in
            let needs = tasks.filter(task.needs.contains).map(\.rawValue)
            let before = place > 0 ? [tasks[place - 1].rawValue] : []
            return NightlySchedule.Step(
                task.rawValue, needs: needs, after: before.filter { !needs.contains($0) }, hours: hours[task] ?? 6)
        }
    }

    /// Prints all files in one text, or writes them into the folder of `--output`.
    func write(_ arguments: ParsedArguments, on console: Console) throws {
        guard let folder = arguments.string("output") else {
            return try console.write(try format.text(for: schedule))
        }
        try Folder.make(folder)
        for file in try format.files(for: schedule) {
            let path = "\(folder)/\(file.name)"
            let output = try OutputFile(
                path: path, isReplacing: arguments.flag("force"), protected: Backends.protectedPlaces(arguments))
            try Array(file.text.utf8).withUnsafeBytes { try output.write($0) }
            try output.finish()
            console.say("wrote \(path)")
        }
    }
}
