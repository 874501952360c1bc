import Arguments

/// What a scheduler has to know to run `reelhouse nightly` every day: which program, where, with what, and when.
///
/// It names no file that it has looked for, so that a schedule may be made for another machine.
struct NightlySchedule: Equatable, Sendable {
    /// A time of the day in UTC.
    struct Time: Equatable, Sendable {
        let hour: Int
        let minute: Int

        /// Not on the hour, when the jobs of others begin.
        static let standard = Time(hour: 2, minute: 17)

        private init(hour: Int, minute: Int) { (self.hour, self.minute) = (hour, minute) }

        /// Reads `HH:MM`.
        init(_ text: String) throws(UsageError) {
            let digits = text.utf8.map { Int($0) - 48 }
            guard digits.count == 5, digits[2] == 10, [0, 1, 3, 4].allSatisfy({ (0...9).contains(digits[$0]) }) else {
                throw Self.refusal(text)
            }
            self.init(hour: digits[0] * 10 + digits[1], minute: digits[3] * 10 + digits[4])
            guard hour < 24, minute < 60 else { throw Self.refusal(text) }
        }

        /// Minutes since midnight.
        var minuteOfDay: Int { hour * 60 + minute }

        /// The time as `HH:MM`.
        var text: String { "\(Self.twoDigits(hour)):\(Self.twoDigits(minute))" }

        private static func twoDigits(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }

        private static func refusal(_ text: String) -> UsageError {
            UsageError(
                "'\(text)' is no time of the day", hint: "Write hours and minutes in UTC, as in --at \(standard.text).")
        }
    }

    /// A task of the nightly run, as a scheduler sees it.
    struct Step: Equatable, Sendable {
        /// What `--only` calls it.
        let name: String
        /// The tasks without whose success it does not begin.
        let needs: [String]
        /// The tasks that have to have ended, however they ended.
        let after: [String]
        /// After how many hours it is stopped.
        let hours: Int

        init(_ name: String, needs: [String] = [], after: [String] = [], hours: Int = 6) {
            (self.name, self.needs, self.after, self.hours) = (name, needs, after, hours)
        }
    }

    /// The absolute path of the program.
    let program: String
    /// The absolute path of the folder that relative paths begin in.
    let folder: String
    /// The arguments after `reelhouse nightly`, but for those that a schedule decides: `--only`, `--from`, `--skip`,
    /// `--date`, `--backfill`, `--plan`, `--tries`, and those of `--emit` itself.
    let arguments: [String]
    /// When it begins.
    let time: Time
    /// The name of the user as whom it runs.
    let user: String
    /// The absolute paths of all folders that are written to. Those below `folder` may be left out.
    let writableFolders: [String]
    /// The tasks, each after those that it needs or follows.
    let steps: [Step]
    /// The names of tasks that are left out.
    let leftOut: [String]
    /// How often a task is tried in all.
    let tries: Int

    /// Creates a schedule.
    ///
    /// - Throws: where a path is not absolute, or a path or the user's name has a character that no scheduler's file
    ///   can hold.
    init(
        program: String, folder: String, arguments: [String], time: Time = .standard, user: String,
        writableFolders: [String] = [], steps: [Step], leftOut: [String] = [], tries: Int = 3
    ) throws(UsageError) {
        for path in [program, folder] + writableFolders {
            guard path.utf8.first == UInt8(ascii: "/") else {
                throw UsageError(
                    "a schedule needs absolute paths, and this is none: \(path)",
                    hint: "Name the place by its path from the root, as in /srv/reelhouse.")
            }
        }
        for text in [program, folder, user] + writableFolders where ScheduleText.hasControlCharacter(text) {
            throw UsageError(
                "a schedule cannot name this place, since it has a control character: \(text.debugDescription)",
                hint: "Rename it, or name it by a symbolic link.")
        }
        self.program = program
        self.folder = folder
        self.arguments = arguments
        self.time = time
        self.user = user
        self.writableFolders = writableFolders
        self.steps = steps
        self.leftOut = leftOut
        self.tries = tries
    }

    /// The words of the command that runs all tasks.
    var command: [String] {
        let skip = leftOut.isEmpty ? [] : ["--skip", leftOut.joined(separator: ",")]
        return [program, "nightly", "--tries", String(tries)] + skip + arguments
    }

    /// The tasks that are not left out. One that needed or followed a task that is left out follows what that one did.
    var keptSteps: [Step] {
        let stepByName = Dictionary(steps.map { ($0.name, $0) }) { first, _ in first }
        func kept(before name: String) -> [String] {
            guard leftOut.contains(name) else { return [name] }
            guard let step = stepByName[name] else { return [] }
            return (step.needs + step.after).flatMap(kept(before:))
        }
        return steps.filter { !leftOut.contains($0.name) }.map { step in
            let needs = step.needs.filter { !leftOut.contains($0) }
            var after: [String] = []
            let gone = step.needs.filter(leftOut.contains)
            for name in (step.after + gone).flatMap(kept(before:)) where !needs.contains(name) && !after.contains(name)
            {
                after.append(name)
            }
            return Step(step.name, needs: needs, after: after, hours: step.hours)
        }
    }
}

/// A file for a scheduler.
struct ScheduleFile: Equatable, Sendable {
    /// Its name, without a folder.
    let name: String
    /// What is in it.
    let text: String
}

/// A scheduler that `reelhouse nightly --emit` writes files for.
enum ScheduleFormat: String, CaseIterable, Sendable {
    case systemd
    case cron
    case airflow

    /// The files for a schedule.
    func files(for schedule: NightlySchedule) throws(UsageError) -> [ScheduleFile] {
        switch self {
        case .systemd: try SystemdUnits(schedule).files
        case .cron: [try CronLine(schedule).file]
        case .airflow: [AirflowDag(schedule).file]
        }
    }

    /// All files in one text. Where there are several, a comment at the start of each says its name.
    func text(for schedule: NightlySchedule) throws(UsageError) -> String {
        try files(for: schedule).map(\.text).joined(separator: "\n")
    }
}
