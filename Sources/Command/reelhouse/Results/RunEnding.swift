import Arguments
import Domain
import Pipeline

/// The exit status of a run or validation, and the reasons for it, one sentence each.
struct RunEnding: Equatable {
    /// The facts about one source that the exit status depends on.
    struct Source: Equatable {
        var name: String
        /// Whether some of it has not been read yet.
        var isLeft = false
        /// Whether this command has read no line of it.
        var isUnread = false
        /// Whether it is damaged.
        var isDamaged = false
        /// Whether it is not NDJSON.
        var isUnsupported = false
        /// Whether lines of it were read and all of them rejected.
        var isAllRejected = false
        /// The other port, if its lines clearly belong to that one.
        var looksLike: SourcePort?
        /// The port that it was read through.
        var port = SourcePort.movies
        /// The number of lines that were read.
        var read: Int64 = 0
        /// The number of rejected lines that clearly belong to the other port.
        var otherPortLines: Int64 = 0
    }

    /// The kind of command that ended.
    enum Task: Equatable {
        /// A load: rejected lines are in quarantine.
        case load
        /// A validation: nothing is stored.
        case validation
    }

    /// The facts that the exit status depends on.
    struct Facts: Equatable {
        var task = Task.load
        var stop: StopSignal.Reason?
        /// Whether the run follows its sources, so that a stop is how it ends.
        var isFollowing = false
        var seconds = 0.0
        var counts = LineCounts()
        var sources: [Source] = []
        /// Entries that could not be read.
        var unreadable: [SourceRemark] = []
        /// Sources of which lines were deleted before they were read.
        var lost: [SourceRemark] = []
        /// What the run has sent to its backups; empty without any.
        var backups: [BackupReport] = []
        /// The value of `--max-rejects`.
        var limit: Limit?
        /// The greatest width of a source's name in columns; nil does not shorten names.
        var nameWidth: Int?
    }

    /// The exit status.
    var status = ExitStatus.done
    /// The reasons, and what to do next.
    var sentences: [String] = []

    /// How many sources are named; the others are counted.
    private static let namedSources = 3

    /// Decides the exit status. The reason for a stop comes first, then rejected and unread lines.
    init(_ facts: Facts) {
        var facts = facts
        if let width = facts.nameWidth {
            let names = PathText.shortened(facts.sources.map(\.name), to: width)
            for (index, name) in names.enumerated() { facts.sources[index].name = name }
        }
        for index in facts.sources.indices where facts.sources[index].name == "-" {
            facts.sources[index].name = "standard input"
        }
        let left = facts.sources.filter(\.isLeft)
        if facts.isFollowing, let stop = facts.stop {
            switch stop {
            case .interrupt: add(.interrupted, "Interrupted at a commit. The next run goes on from there.")
            case .terminate: add(.terminated, "Terminated at a commit. The next run goes on from there.")
            case .duration: add(.done, "Stopped by --max-duration at a commit. The next run goes on from there.")
            }
        } else if let stop = facts.stop {
            let rest =
                left.map(\.name) == ["standard input"]
                ? ": standard input was not read to its end."
                : left.isEmpty
                    ? ", but every line was already loaded."
                    : "; \(Self.rest(left)). Run the same command again."
            switch stop {
            case .interrupt: add(.interrupted, "Interrupted" + rest)
            case .terminate: add(.terminated, "Terminated" + rest)
            case .duration:
                let time = NumberFormat.duration(seconds: facts.seconds)
                add(left.isEmpty ? .done : .stoppedInTime, "Stopped by --max-duration after \(time)" + rest)
            }
        }
        let counts = facts.counts
        if let limit = facts.limit, limit.isExceeded(by: counts.rejected, of: counts.read) {
            let share = counts.read > 0 ? Double(counts.rejected) / Double(counts.read) : 0
            add(
                .notAllTaken,
                "\(NumberFormat.grouped(counts.rejected)) of \(NumberFormat.count(counts.read, "line", "lines")) "
                    + "(\(NumberFormat.percent(share))) were rejected, and --max-rejects allows \(Self.words(limit)).")
        }
        let isLoad = facts.task == .load
        let damaged = facts.sources.filter(\.isDamaged).map(\.name)
        if !damaged.isEmpty {
            add(
                .notAllTaken,
                "\(Self.list(damaged, "is", "are")) damaged: what could be read "
                    + (isLoad ? "is loaded. " : "was checked. ") + Self.more(.damagedFile, facts.task))
        }
        for line in SourceNotes.lines(unreadable: facts.unreadable) { add(.notAllTaken, line) }
        for line in SourceNotes.lines(lost: facts.lost) { add(.notAllTaken, line) }
        for refused in facts.backups.compactMap(BackupNotes.refused) { add(.notAllTaken, refused) }
        let unsupported = facts.sources.filter(\.isUnsupported).map(\.name)
        if !unsupported.isEmpty {
            add(
                .notAllTaken,
                "\(Self.list(unsupported, "is not", "are not")) NDJSON\(isLoad ? " and not loaded" : ""). "
                    + Self.more(.unsupportedFile, facts.task))
        }
        addRejected(facts.sources.filter { $0.isAllRejected && !$0.isDamaged && !$0.isUnsupported })
        for source in facts.sources.filter({ !$0.isAllRejected && $0.otherPortLines * 2 > $0.read }).prefix(
            Self.namedSources)
        {
            let other: SourcePort = source.port == .movies ? .events : .movies
            add(
                .done,
                "\(NumberFormat.grouped(source.otherPortLines)) of \(NumberFormat.count(source.read, "line", "lines")) "
                    + "of \(source.name) look like \(other.rawValue); they are read with --\(other.rawValue).")
        }
    }

    private mutating func addRejected(_ sources: [Source]) {
        for port in SourcePort.allCases {
            let alike = sources.filter { $0.looksLike == port }.map(\.name)
            if alike.isEmpty { continue }
            add(
                .notAllTaken,
                "Every line of \(Self.list(alike)) was rejected: these look like \(port.rawValue); "
                    + "use --\(port.rawValue).")
        }
        let others = sources.filter { $0.looksLike == nil }.map(\.name)
        if !others.isEmpty { add(.notAllTaken, "Every line of \(Self.list(others)) was rejected.") }
    }

    private mutating func add(_ status: ExitStatus, _ sentence: String) {
        if self.status == .done { self.status = status }
        sentences.append(sentence)
    }

    /// Says what is left to read: the sources that were read in part, or else the next source, and how many more.
    private static func rest(_ left: [Source]) -> String {
        var begun = left.filter { !$0.isUnread }
        if begun.isEmpty { begun = Array(left.prefix(1)) }
        let unread = left.count - begun.count
        let more = NumberFormat.count(unread, "more was", "more were")
        return list(begun.map(\.name), "is", "are") + " left" + (unread > 0 ? ", \(more) not looked at" : "")
    }

    /// Names the command that tells more: the quarantine after a load, the rule after a validation.
    private static func more(_ rule: CleaningRule, _ task: Task) -> String {
        switch task {
        case .load: "See `reelhouse quarantine show --rule \(rule.rawValue)`."
        case .validation: "See `reelhouse explain \(rule.rawValue)`."
        }
    }

    private static func words(_ limit: Limit) -> String {
        switch limit {
        case .count(let count): NumberFormat.grouped(count)
        case .share(let share): percent(share)
        }
    }

    /// A share with as many digits as it was given with.
    private static func percent(_ share: Double) -> String {
        let percent = (share * 1e10).rounded() / 1e8
        return percent == percent.rounded() ? "\(Int64(percent))%" : "\(percent)%"
    }

    /// `a is`, `a and b are`, `a, b, c and 4 more are`.
    private static func list(_ names: [String], _ one: String, _ many: String) -> String {
        list(names) + " " + (names.count == 1 ? one : many)
    }

    private static func list(_ names: [String]) -> String {
        var parts = Array(names.prefix(namedSources))
        if names.count > parts.count { parts.append("\(NumberFormat.grouped(names.count - parts.count)) more") }
        guard let last = parts.popLast(), !parts.isEmpty else { return names.first ?? "" }
        return parts.joined(separator: ", ") + " and " + last
    }
}

extension RunEnding {
    /// The ending of a run.
    init(_ report: LoadReport, limit: Limit?, isFollowing: Bool = false, nameWidth: Int? = nil) {
        let sources = report.sources.map { source in
            Source(
                name: source.name, isLeft: source.state == .partial, isUnread: source.counts.read == 0,
                isDamaged: source.isDamaged, isUnsupported: source.isUnsupported,
                isAllRejected: source.isAllRejected, looksLike: source.looksLike, port: source.port,
                read: source.counts.read, otherPortLines: source.otherPortLines)
        }
        self.init(
            Facts(
                stop: report.stopReason, isFollowing: isFollowing, seconds: report.seconds, counts: report.run.counts,
                sources: sources, unreadable: report.unreadable, lost: report.lost, backups: report.backups,
                limit: limit,
                nameWidth: nameWidth))
    }

    /// The ending of a validation.
    init(_ report: ValidationReport, limit: Limit?) {
        let sources = report.sources.map { source in
            let counts = source.tally.counts
            return Source(
                name: source.name, isDamaged: source.tally.isDamaged, isUnsupported: source.tally.isUnsupported,
                isAllRejected: counts.read > 0 && counts.rejected == counts.read, looksLike: source.looksLike,
                port: source.port, read: counts.read, otherPortLines: source.otherPortLines)
        }
        self.init(
            Facts(
                task: .validation, counts: report.total.counts, sources: sources, unreadable: report.unreadable,
                limit: limit))
    }

    /// Prints the reasons on standard error, for users who get no summary. With `--quiet` they are printed only if the
    /// exit status is not 0.
    func tell(on console: Console) {
        for sentence in sentences {
            if status == .done {
                console.say(sentence)
            } else {
                console.report(Report(kind: .warning, message: sentence))
            }
        }
    }
}
