import Domain
import JSON

import enum Logging.PlainText

/// Notes about sources beside their counts: which were not read, cannot be read, or have an unfinished last line.
enum SourceNotes {
    /// The most notes of one kind; the others are counted.
    private static let named = 5

    /// One line for each file that was not read or is unfinished, and how many more there are.
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

    /// One line for each source of which lines are lost, and how many more there are.
    static func lines(lost: [SourceRemark]) -> [String] {
        some(lost.map { "\($0.name): \($0.reason)." }, "sources have lost lines")
    }

    /// One line for each other remark, and how many more there are.
    static func lines(remarks: [SourceRemark]) -> [String] {
        some(remarks.map { "\($0.name): \($0.reason)." }, "sources have a remark")
    }

    private static func some(_ lines: [String], _ noun: String) -> [String] {
        let rest = lines.count - named
        let shown = lines.prefix(rest > 1 ? named : lines.count).map { PlainText.escape($0) }
        return rest > 1 ? shown + ["\(NumberFormat.grouped(Int64(rest))) more \(noun)."] : Array(shown)
    }

    /// A list of names and reasons.
    static func json(_ remarks: [SourceRemark], name: String = "path") -> JSONText {
        .array(remarks.map { .object([(name, .string($0.name)), ("reason", .string($0.reason))]) })
    }
}
