import Domain
import JSON

import enum Logging.PlainText

/// What is said of sources beside their counts: what was passed over, what cannot be read, what is not finished.
enum SourceNotes {
    /// How many of a kind are named.
    private static let named = 5

    /// One line each, and how many more there are.
    static func lines(passedOver: [SourceRemark], unfinished: [String]) -> [String] {
        some(passedOver.map { "Passed over \($0.name): it is \($0.reason)." }, "files or folders were passed over")
            + some(
                unfinished.map {
                    "\($0): the last line has no line feed yet. It is read when the file has grown, or with --whole."
                }, "files have a last line without a line feed")
    }

    /// One line for each entry that cannot be read, and how many more there are.
    static func lines(unreadable: [SourceRemark]) -> [String] {
        some(unreadable.map { "Cannot read \($0.name): \($0.reason)." }, "entries cannot be read")
    }

    private static func some(_ lines: [String], _ noun: String) -> [String] {
        let rest = lines.count - named
        let shown = lines.prefix(rest > 1 ? named : lines.count).map { PlainText.escape($0) }
        return rest > 1 ? shown + ["\(NumberFormat.grouped(Int64(rest))) more \(noun)."] : Array(shown)
    }

    /// A list of names and reasons.
    static func json(_ remarks: [SourceRemark]) -> JSONText {
        .array(remarks.map { .object([("path", .string($0.name)), ("reason", .string($0.reason))]) })
    }
}
