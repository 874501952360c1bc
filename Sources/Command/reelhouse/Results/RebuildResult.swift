import Domain
import JSON
import Pipeline

/// The output of `rebuild`.
struct RebuildResult {
    let report: LoadReport
    let ending: RunEnding
    /// Where the new warehouse is, without a password.
    let to: String
    /// The tables whose content differs from that of the old warehouse; nil where the two were not compared.
    var differences: [String]?
    /// Whether the new warehouse took the place of the old one; nil where it was not to.
    var replaced: Bool?

    init(report: LoadReport, ending: RunEnding, to: String) {
        self.report = report
        self.ending = ending
        self.to = "\(Location(to))"
    }

    /// Whether all files were loaded to their ends. A file of which every line is rejected is loaded too: that of the
    /// rejected lines without a day always is one.
    var isWhole: Bool {
        report.stopReason == nil && report.unreadable.isEmpty && report.lost.isEmpty
            && report.sources.allSatisfy {
                $0.state != .partial && $0.state != .unreadable && !$0.isDamaged && !$0.isUnsupported
            }
    }

    /// A warehouse that lacks a file, differs from the old one, or did not take its place, is not what was asked for.
    var status: ExitStatus {
        if report.stopReason != nil || !isWhole { return ending.status }
        return replaced == false || (replaced == nil && differences?.isEmpty == false) ? .notAllTaken : .done
    }

    /// What `rebuild --json` prints: an interface, documented in the README.
    var json: JSONText {
        let counts = report.run.counts
        return .object([
            ("to", .string(to)), ("exit_status", .integer(Int64(status.code))),
            ("read", .integer(counts.read)), ("accepted", .integer(counts.accepted)),
            ("duplicates", .integer(counts.duplicates)), ("rejected", .integer(counts.rejected)),
            ("seconds", .double(report.seconds)),
            ("equal", differences.map { .boolean($0.isEmpty) } ?? .null),
            ("different", .array((differences ?? []).map { .string($0) })),
            ("replaced", replaced.map { .boolean($0) } ?? .null),
        ])
    }

    /// Why it is not what was asked for, and what to do.
    private var sentences: [String] {
        if isWhole { return [] }
        guard report.stopReason != nil else { return ending.sentences }
        let rest = replaced == false ? "" : "What is in \(to) is a part: remove it first. "
        return ["Stopped before its end. \(rest)Run the same command again to begin anew."]
    }

    func print(on console: Console) throws {
        let counts = report.run.counts
        try console.print(
            paragraph: console.style.bold(
                "\(NumberFormat.count(counts.read, "line", "lines")) loaded into \(replaced == false ? "a new warehouse" : to) in "
                    + NumberFormat.duration(seconds: report.seconds)))
        if console.isQuiet { return }
        try console.print(
            "  \(NumberFormat.grouped(counts.accepted)) accepted, \(NumberFormat.grouped(counts.duplicates)) duplicates, "
                + "\(NumberFormat.grouped(counts.rejected)) rejected")
        if let differences {
            try console.print(
                paragraph: differences.isEmpty
                    ? "  Its digest is that of the old warehouse."
                    : "  Its content differs from that of the old warehouse in: \(differences.joined(separator: ", ")).",
                hangingIndent: 2)
        }
        switch replaced {
        case true: try console.print("  It is in the place of the old warehouse.")
        case false:
            try console.print(
                paragraph:
                    "  The old warehouse stays as it was, and the new one is removed. --force replaces it where only "
                    + "the digest differs; --to keeps the new one elsewhere.", hangingIndent: 2)
        case nil: break
        }
        for sentence in sentences { try console.print(paragraph: sentence) }
    }
}
