import Domain

@testable import PostgreSQL
@testable import SQLite

/// Writes the data dictionary as a page, from the declarations of the tables and from the foreign keys and views of a
/// warehouse.
struct DataDictionary {
    let connection: Connection

    /// The type in which SQLite stores a column.
    static func storedType(_ type: ColumnType) -> String {
        switch type {
        case .integer, .boolean, .timestamp: "INTEGER"
        case .real: "REAL"
        case .text, .date: "TEXT"
        case .uuid, .blob: "BLOB"
        }
    }

    func page() throws -> String {
        var page = Self.head
        for (title, tables) in [
            ("Movies", MovieTables.all), ("Behaviour", BehaviourTables.all + BehaviourTables.withdrawals),
            ("Marts", MartTables.all), ("Operations", OperationTables.all),
        ] {
            page += "\n## \(title)\n"
            for table in tables { page += try section(table) }
        }
        return page + (try views())
    }

    private static let head = """
        # The data dictionary

        Every table of the warehouse, column by column. The tables are made by the numbered migrations in `sqlite/` and \
        [`postgres/`](postgres/README.md); \
        they, the merge in memory, the upserts and the digest follow from one declaration a table (`Sources/Core/Domain/Tables`), \
        and so does this page: a test holds it against the declarations. After a change of those,
        `REELHOUSE_WRITE=1 swift test --filter DataDictionaryTests` writes it, and [RULES.md](RULES.md), anew.

        SQLite stores text in UTF-8 as TEXT, integers as INTEGER and numbers as REAL; a **boolean** as INTEGER 0 or 1, a \
        **date** as TEXT `YYYY-MM-DD`, a **time** as INTEGER milliseconds since 1970 in UTC, a **UUID** as a BLOB of 16 \
        bytes. The views at the end show them as text.

        """

    private func section(_ table: Table) throws -> String {
        var text = "\n### `\(table.name)`\n\n\(table.meaning)\n\n"
        text += "Key: \(Self.list(table.key))."
        let foreign = try references(of: table)
        if !foreign.isEmpty { text += " Refers to " + foreign.joined(separator: ", ") + "." }
        if !table.merge.isEmpty {
            text += " Of two rows of one key " + table.merge.map { Self.words($0) }.joined(separator: "; ") + "."
        }
        if let withdrawals = table.withdrawals {
            text +=
                " A withdrawn entry is no row here: its rank stays in `\(withdrawals.name)`, and beats what is older."
        }
        text += Self.words(table.indexes)
        text +=
            "\n\n| column | type | on SQLite | on PostgreSQL | null | meaning |\n| --- | --- | --- | --- | --- | --- |\n"
        for column in table.columns {
            let meaning = column.meaning.replacing("|", with: "\\|")
            text +=
                "| `\(column.name)` | \(Self.name(column.type)) | \(Self.storedType(column.type)) | "
                + "\(StoredTypes.type(name: column.name, column.type)) | "
                + "\(column.isNullable ? "may be" : "never") | \(meaning) |\n"
        }
        return text
    }

    private static func name(_ type: ColumnType) -> String {
        switch type {
        case .integer, .text, .boolean, .date: type.rawValue
        case .real: "number"
        case .timestamp: "time"
        case .uuid: "UUID"
        case .blob: "bytes"
        }
    }

    private static func words(_ rule: MergeRule) -> String {
        switch rule {
        case .greatest(let rank, let carried):
            "the one of the greatest \(tuple(rank))" + brings(rank, carried)
        case .least(let rank, let carried):
            "the one of the least \(tuple(rank))" + brings(rank, carried)
        case .minimum(let name): "the lesser `\(name)` stays"
        case .maximum(let name): "the greater `\(name)` stays"
        case .sum(let names): "the values of \(list(names)) are added up"
        }
    }

    private static func brings(_ rank: [String], _ carried: [String]) -> String {
        let others = carried.filter { !rank.contains($0) }
        return others.isEmpty ? " stays" : " gives \(list(others)) with it"
    }

    private static func words(_ indexes: [TableIndex]) -> String {
        let usual = indexes.filter { !$0.isOnRequest }.map { "`\($0.name)`" }
        let others = indexes.filter(\.isOnRequest).map { "`\($0.name)`" }
        let kept = usual.isEmpty ? "" : " Indexed by " + usual.joined(separator: ", ") + "."
        return kept + (others.isEmpty ? "" : " `reelhouse index` makes " + others.joined(separator: ", ") + ".")
    }

    private static func tuple(_ names: [String]) -> String {
        "(" + names.map { "`\($0)`" }.joined(separator: ", ") + ")"
    }

    private static func list(_ names: [String]) -> String {
        let quoted = names.map { "`\($0)`" }
        guard quoted.count > 1, let last = quoted.last else { return quoted.joined() }
        return quoted.dropLast().joined(separator: ", ") + " and " + last
    }

    private func references(of table: Table) throws -> [String] {
        try rows(
            connection,
            """
            SELECT group_concat(\"from\", ', '), \"table\" FROM
            (SELECT * FROM pragma_foreign_key_list('\(table.name)') ORDER BY id, seq) GROUP BY id ORDER BY 1
            """
        ).map { "`\($0[1])` by \(Self.list($0[0].split(separator: ", ").map(String.init)))" }
    }

    private func views() throws -> String {
        var text = """

            ## Views

            Beside each table with times or UUIDs stands a view of it for people and tools: times as ISO 8601 text in UTC \
            with milliseconds (`2026-11-20T18:03:22.517Z`), UUIDs in their 36-character form, and `movie_title` where \
            the row is about a movie. To choose by time, ask the table itself: its key is in that order.

            | view | columns |
            | --- | --- |

            """
        for view in try rows(connection, "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY rowid") {
            let columns = try rows(connection, "SELECT name FROM pragma_table_info('\(view[0])')").map { "`\($0[0])`" }
            text += "| `\(view[0])` | \(columns.joined(separator: ", ")) |\n"
        }
        return text
    }
}

/// Writes the page of the cleaning rules.
enum RulesPage {
    static var page: String {
        var page = """
            # The cleaning rules

            A line that breaks a rule is not loaded: it goes to quarantine (`rejected_record`) byte for byte, with the \
            first rule of this list that it breaks. `reelhouse explain RULE` prints the same. This page is written from \
            `CleaningRule.explanation`; a test holds it against that (see [README.md](README.md)).

            | rule | port | a line is rejected when |
            | --- | --- | --- |

            """
        for rule in CleaningRule.allCases {
            let explanation = rule.explanation
            page +=
                "| [`\(rule.rawValue)`](#\(rule.rawValue)) | \(explanation.ports) | "
                + "\(explanation.rejects.replacing("|", with: "\\|")) |\n"
        }
        for rule in CleaningRule.allCases {
            let explanation = rule.explanation
            page += """

                ## `\(rule.rawValue)`

                A line of \(explanation.ports.replacing(", ", with: " or ")) is rejected when \(explanation.rejects).

                **Why.** \(explanation.reason)

                **For example**

                ```
                \(explanation.example)
                ```

                **What to do.** \(explanation.remedy)

                """
        }
        return page
    }
}
