import Arguments

/// The line of a crontab that runs `reelhouse nightly`, with what has to be known about it.
///
/// crontab(5) of Debian's cron (Vixie's): times are of the machine's time zone, there is no `CRON_TZ` as in cronie, a `%`
/// is the end of the command, and a command is 998 bytes at most. The line brings no settings of a crontab with it
/// (`PATH=`, `SHELL=`), since these would hold for all the lines after it.
struct CronLine {
    /// The file's name for `--output`.
    static let fileName = "reelhouse-nightly.cron"
    /// The longest command that Debian's cron takes.
    static let longestCommand = 998
    /// The minutes between two starts of the line.
    private static let step = 15

    private let schedule: NightlySchedule

    init(_ schedule: NightlySchedule) { self.schedule = schedule }

    /// The file.
    var file: ScheduleFile { get throws(UsageError) { ScheduleFile(name: Self.fileName, text: try text) } }

    /// The command: it goes on in the quarter of an hour that begins at the time in UTC, and does nothing in others.
    private var command: String {
        let now = #"$(date +\%s)"#
        let quarter = #"$(( (\#(now) / 60 - \#(schedule.time.minuteOfDay)) \% 1440 / \#(Self.step) ))"#
        let words = schedule.command.map(ScheduleText.cronWord).joined(separator: " ")
        return "[ \(quarter) -eq 0 ] && cd \(ScheduleText.cronWord(schedule.folder)) && "
            + "PATH=/usr/local/bin:/usr/bin:/bin exec \(words)"
    }

    private var minutes: String {
        stride(from: schedule.time.minute % Self.step, to: 60, by: Self.step).map(String.init).joined(separator: ",")
    }

    private var text: String {
        get throws(UsageError) {
            for word in schedule.command where ScheduleText.hasControlCharacter(word) {
                throw UsageError(
                    "a crontab cannot hold an argument with a control character: \(word.debugDescription)",
                    hint: "Rename what it names, or put it into a file for --env-file.")
            }
            let command = command
            guard command.utf8.count <= Self.longestCommand else {
                throw UsageError(
                    "the command has \(command.utf8.count) bytes, and cron takes \(Self.longestCommand)",
                    hint: "Put locations into a file for --env-file, or use --emit systemd.")
            }
            let time = schedule.time
            return """
                # Runs `reelhouse nightly` every day at \(time.text) UTC. Written by `reelhouse nightly --emit cron`.
                # To install it, add the last line to the crontab of \(schedule.user): crontab -e
                # (In a file in /etc/cron.d the user's name goes between the five fields and the command.)
                #
                # UTC: cron takes times in the machine's time zone, and only some crons know CRON_TZ (Debian's does not). So
                # the line begins every 15 minutes, and goes on where the quarter of an hour from \(time.text) UTC has begun.
                # On a machine in UTC, `\(time.minute) \(time.hour) * * *` and the command from `cd` on do the same.
                # cron mails what the command prints to the crontab's owner; MAILTO=somebody@example.org above the line
                # says to whom, and MAILTO="" to nobody. It does not look at exit statuses: 3 is "done, but not all was
                # taken", 4 "in use by another run", 5 "a backend cannot be reached". cron does not start a run again:
                # the next night goes on where one ended.
                \(minutes) * * * * \(command)

                """
        }
    }
}
