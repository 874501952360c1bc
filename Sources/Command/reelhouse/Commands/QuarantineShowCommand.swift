import Arguments
import Domain
import Hashing
import JSON

import enum Logging.PlainText

/// `reelhouse quarantine show`: shows lines in quarantine, and what is wrong with them.
enum QuarantineShowCommand: Command {
    static let declaration = CommandDeclaration(
        name: "show",
        summary: "Show lines in quarantine: where they come from, what is wrong, and the line itself.",
        discussion: """
            Control characters are shown escaped. Bytes that are not UTF-8 are shown as \\x and two digits; \
            `export --raw` writes the lines byte for byte.
            """,
        options: [CommonOption.warehouse] + LiveOption.all + QuarantineFilter.options + QuarantineFilter.states + [
            .value("limit", .integer(1...Int64.max), defaultValue: "20", help: "How many lines at most."),
            .flag("full", help: "Show whole lines, however long they are."),
            .flag("json", help: "Print one JSON object a line, as `export` does."),
        ],
        examples: [
            .init("reelhouse quarantine show --rule invalid_score", "The first lines with a wrong score"),
            .init("reelhouse quarantine show --id 17 --full", "The whole of one line"),
        ])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitStatus {
        let filter = try QuarantineFilter.filter(arguments)
        let reader = try Backends.reader(arguments.string("warehouse") ?? "")
        let limit = Int(arguments.integer("limit") ?? 20)
        let console = context.console
        let isJSON = arguments.flag("json")
        let width = arguments.flag("full") ? Int.max : shortenedWidth
        let shown = try reader.forEachRejected(matching: filter, limit: limit) { record in
            if isJSON {
                try console.print(QuarantineRecordJSON.object(record).compact)
            } else {
                try show(record, width: width, on: console)
            }
        }
        if shown == 0 { console.say("Nothing in quarantine matches.\(try curedNote(filter, reader))") }
        if shown == limit, !isJSON {
            let more = try matching(filter, reader) - Int64(shown)
            if more > 0 {
                console.say("\(NumberFormat.grouped(more)) more; --limit shows more of them, `export` writes all.")
            }
        }
        return .done
    }

    /// Says how many cured lines match, when no open line does.
    private static func curedNote(_ filter: RejectedFilter, _ reader: any WarehouseReader) throws -> String {
        guard filter.state == .open else { return "" }
        var cured = filter
        cured.state = .cured
        let lines = try matching(cured, reader)
        return lines == 0 ? "" : " \(NumberFormat.count(lines, "line is", "lines are")) cured; --cured shows them."
    }

    /// The most characters of a line that are shown without `--full`.
    private static let shortenedWidth = 300

    private static func show(_ record: RejectedRecord, width: Int, on console: Console) throws {
        let rejection = record.rejection
        let style = console.style
        try console.print(
            style.bold("#\(record.id)") + "  \(PlainText.escape(rejection.source)):\(rejection.line)"
                + "  byte \(rejection.byteOffset)  " + style.bold(rejection.rule.rawValue)
                + (record.curedRun.map { "  cured by run \($0)" } ?? ""))
        try console.print("    " + PlainText.escape(rejection.message))
        try console.print("    " + RawLineText.text(rejection.raw, width: width))
    }

    private static func matching(_ filter: RejectedFilter, _ reader: any WarehouseReader) throws -> Int64 {
        try reader.rejectedCounts(matching: filter).reduce(0) { $0 + $1.lines }
    }
}

/// The text of a line in a form that is safe for a terminal.
enum RawLineText {
    /// The line's first `width` characters with controls as escapes and what is not UTF-8 as `\xNN`.
    static func text(_ raw: [UInt8], width: Int) -> String {
        // 16 bytes a character are enough, since a character has few scalars.
        let isCut = width < raw.count / 16
        let bytes = isCut ? raw.prefix(width * 16) : raw[...]
        let text = escaped(bytes)
        let kept = width == .max ? text[...] : text.prefix(width)
        guard isCut || kept.endIndex < text.endIndex else { return text }
        return kept + "… (\(NumberFormat.grouped(Int64(raw.count))) bytes)"
    }

    private static func escaped(_ bytes: ArraySlice<UInt8>) -> String {
        var text = ""
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var place = bytes.startIndex
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let encoded):
                place += encoded.count
                text.unicodeScalars.append(Unicode.UTF8.decode(encoded))
            case .error(let length):
                for byte in bytes[place..<place + length] { text += "\\x" + [byte].hexadecimal }
                place += length
            case .emptyInput: return PlainText.escape(text)
            }
        }
    }
}
