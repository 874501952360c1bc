import Domain
import JSON

/// The data dictionary: every table and view of a warehouse, from the table declarations and the built-in migrations.
struct SchemaDictionary {
    /// A table or a view.
    struct Relation {
        var name: String
        /// `movies`, `behaviour`, `marts`, `operations` or `views`.
        var group: String
        var meaning: String
        var key: [String]
        var columns: [Field]
    }

    /// A column.
    struct Field {
        var name: String
        /// The column's type, the same on every backend.
        var type: String
        /// How the databases store it, each by its name.
        var storedTypes: [(database: String, type: String)]
        /// Nil where it is not known, as of views.
        var isNullable: Bool?
        var meaning: String
    }

    let relations: [Relation]

    /// - Parameter databases: the databases that a warehouse can be in. A view that several of them have comes once.
    /// - Throws: the error of a database that cannot give its views.
    init(_ databases: [QueryHelp]) throws {
        let tables =
            MovieTables.all + BehaviourTables.all + BehaviourTables.withdrawals + MartTables.all + OperationTables.all
        var views: [QueryHelp.View] = []
        for view in try databases.flatMap({ try $0.views() }) where !views.contains(where: { $0.name == view.name }) {
            views.append(view)
        }
        relations =
            tables.map { Self.relation($0, databases) } + views.map { Self.relation($0, tables, databases) }
    }

    /// The table or view of a name, or all of them when the name is nil. Empty when there is none of that name.
    func relations(named name: String?) -> [Relation] {
        guard let name = name?.lowercased() else { return relations }
        return relations.filter { $0.name == name }
    }

    private static func relation(_ table: Table, _ databases: [QueryHelp]) -> Relation {
        Relation(
            name: table.name, group: table.kind.rawValue, meaning: sentence(table.meaning), key: table.key,
            columns: table.columns.map {
                Field(
                    name: $0.name, type: typeName($0.type), storedTypes: storedTypes($0.name, $0.type, databases),
                    isNullable: $0.isNullable, meaning: sentence($0.meaning))
            })
    }

    /// Meanings are paragraphs.
    private static func sentence(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    private static func typeName(_ type: ColumnType) -> String {
        switch type {
        case .integer, .text, .boolean, .date: type.rawValue
        case .real: "number"
        case .timestamp: "time"
        case .uuid: "UUID"
        case .blob: "bytes"
        }
    }

    private static func storedTypes(
        _ name: String, _ type: ColumnType, _ databases: [QueryHelp]
    ) -> [(database: String, type: String)] { databases.map { ($0.database, $0.storedType(name, type)) } }

    private static let readableSuffix = "_readable"

    /// The meanings of columns that only views have.
    private static let viewColumns: [String: String] = [
        "movie_title": "The movie's title, where it is known.",
        "primary_genre": "The name of the first genre, where it is known.",
    ]

    private static func relation(_ view: QueryHelp.View, _ tables: [Table], _ databases: [QueryHelp]) -> Relation {
        let baseName = view.name.hasSuffix(readableSuffix) ? String(view.name.dropLast(readableSuffix.count)) : ""
        let base = tables.first { $0.name == baseName }
        var meaning = "A view."
        if let base { meaning = "\(base.name) with times and UUIDs as text. \(sentence(base.meaning))" }
        var bases = [base].compactMap(\.self)
        if view.name == "rejected_event_readable" {
            meaning = "Rejected event lines, parsed as far as possible."
            bases = [OperationTables.rejected, BehaviourTables.facts]
        }
        return Relation(
            name: view.name, group: "views", meaning: meaning, key: base?.key ?? [],
            columns: view.columns.map { name in field(name, bases, databases) })
    }

    private static func field(_ name: String, _ bases: [Table], _ databases: [QueryHelp]) -> Field {
        let column = bases.lazy.flatMap(\.columns).first { $0.name == name }
        guard let column else {
            return Field(
                name: name, type: "text", storedTypes: storedTypes(name, .text, databases), isNullable: true,
                meaning: viewColumns[name] ?? "")
        }
        // The column event_type of the facts is stored as a code; views show its name.
        let isShownAsText =
            column.type == .timestamp || column.type == .uuid || (name == "event_type" && column.type == .integer)
        let type = isShownAsText ? .text : column.type
        return Field(
            name: name, type: typeName(type), storedTypes: storedTypes(name, type, databases), isNullable: nil,
            meaning: sentence(column.meaning))
    }
}

extension SchemaDictionary.Relation {
    var json: JSONText {
        .object([
            ("name", .string(name)), ("group", .string(group)), ("meaning", .string(meaning)),
            ("key", .array(key.map { .string($0) })), ("columns", .array(columns.map(\.json))),
        ])
    }

    /// The heads of the table of columns.
    private var heads: [String] {
        ["column", "type"] + (columns.first?.storedTypes.map { "on \($0.database)" } ?? []) + ["null", "meaning"]
    }

    /// A section of a page in Markdown.
    var markdown: String {
        var text = "## \(name)\n\n\(meaning)\n\n"
        if !key.isEmpty { text += "Key: \(key.map { "`\($0)`" }.joined(separator: ", "))\n\n" }
        text += MarkdownRowWriter.line(heads)
        text += MarkdownRowWriter.line(heads.map { _ in "---" })
        return text + columns.map { MarkdownRowWriter.line($0.cells) }.joined()
    }

    func print(on console: Console) throws {
        try console.print(console.style.bold(name))
        try console.print(paragraph: meaning)
        if !key.isEmpty { try console.print(paragraph: "Key: " + key.joined(separator: ", ")) }
        try console.print()
        var table = TextTable(heads.dropLast().map { .text($0) } + heads.suffix(1).map { .prose($0) })
        for column in columns { table.add(column.cells) }
        try console.print(table)
    }
}

extension SchemaDictionary.Field {
    var json: JSONText {
        .object(
            [
                ("name", .string(name)), ("type", .string(type)),
            ] + storedTypes.map { ("\($0.database.lowercased())_type", .string($0.type)) } + [
                ("nullable", isNullable.map { .boolean($0) } ?? .null), ("meaning", .string(meaning)),
            ])
    }

    var cells: [String] {
        [name, type] + storedTypes.map(\.type) + [isNullable.map { $0 ? "may be" : "never" } ?? "", meaning]
    }
}
