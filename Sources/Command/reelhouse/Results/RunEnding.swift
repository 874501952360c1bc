import Arguments
import Domain
import Pipeline

/// How reading and loading ended: its exit status (see `ExitStatus`), and why, one sentence a reason.
struct RunEnding: Equatable {
    /// What is to be told of one source.
    struct Source: Equatable {
        var name: String
        /// Whether something of it is left to read.
        var isLeft = false
        /// Whether nothing of it was read by this command.
        var isUnread = false
        /// Whether it was found damaged.
        var isDamaged = false
        /// Whether it was found to be no NDJSON.
        var isUnsupported = false
        /// Whether lines of it were read and all of them rejected.
        var isAllRejected = false
        /// The other port, where its lines plainly belong to that one.
        var looksLike: SourcePort?
        /// The port that it was read for, how many lines were read, and how many of them plainly belong to the other.
        var port = SourcePort.movies
        var read: Int64 = 0
        var otherPortLines: Int64 = 0
    }

    /// Which command it is that ended.
    enum Task: Equatable {
        /// Lines were loaded, and those that were rejected are in quarantine.
        case load
        /// Lines were checked, and nothing was stored.
        case validation
    }

    /// What is known at the end.
    struct Facts: Equatable {
        var task = Task.load
        var stop: StopSignal.Reason?
        var seconds = 0.0
        var counts = LineCounts()
        var sources: [Source] = []
        /// Entries that could not be read.
        var unreadable: [SourceRemark] = []
        /// The value of `--max-rejects`.
        var limit: Limit?
        /// The columns that a name may take; nil where names are whole.
        var nameWidth: Int?
    }

    /// The exit status.
    var status = ExitStatus.done
    /// Why, and what to do next.
    var sentences: [String] = []

    /// How many sources are named; the others are counted.
    private static let namedSources = 3

    /// Judges what is known at the end: what stopped it comes first, then what was not taken.
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
        if let stop = facts.stop {
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

    /// What is left to read: the sources that were begun, else the one that is next, and how many more there are.
    private static func rest(_ left: [Source]) -> String {
        var begun = left.filter { !$0.isUnread }
        if begun.isEmpty { begun = Array(left.prefix(1)) }
        let unread = left.count - begun.count
        let more = NumberFormat.count(unread, "more was", "more were")
        return list(begun.map(\.name), "is", "are") + " left" + (unread > 0 ? ", \(more) not looked at" : "")
    }

    /// Where more is said of a rule: nothing that was only checked is in quarantine.
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

    /// A share as it was given, to the last digit.
    private static func percent(_ share: Double) -> String {
        let percent = (share * 1e10).rounded() / 1e8
        return percent == percent.rounded() ? "\(Int64(percent))%" : "\(percent)%"
    }

    /// `a`, `a and b`, `a, b, c and 4 more`, and the verb that goes with so many.
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
    /// How a run ended.
    init(_ report: LoadReport, limit: Limit?, nameWidth: Int? = nil) {
        let sources = report.sources.map { source in
            Source(
                name: source.name, isLeft: source.state == .partial, isUnread: source.counts.read == 0,
                isDamaged: source.isDamaged, isUnsupported: source.isUnsupported,
                isAllRejected: source.isAllRejected, looksLike: source.looksLike, port: source.port,
                read: source.counts.read, otherPortLines: source.otherPortLines)
        }
        self.init(
            Facts(
                stop: report.stopReason, seconds: report.seconds, counts: report.run.counts, sources: sources,
                unreadable: report.unreadable, limit: limit, nameWidth: nameWidth))
    }

    /// How a validation ended.
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

    /// Says why on standard error, for those who read no summary; also when quiet, where not all was done.
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
