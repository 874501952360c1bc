/// A table of the page.
struct PageTable {
    /// A column: numbers stand at the end of their cells, and a bar is drawn from a percentage.
    struct Column {
        enum Kind {
            case text, isolated, number, bar
        }

        let name: String
        let kind: Kind
    }

    let caption: String
    let columns: [Column]
    let rows: [[String]]

    /// Writes the table in a region that scrolls by itself where it is wider than the page.
    func write(to markup: inout Markup, isCaptionShown: Bool = false) {
        markup.element("div", ["class": "scroll", "role": "region", "aria-label": caption, "tabindex": "0"]) { region in
            region.element("table") { table in
                table.element("caption", ["class": isCaptionShown ? "" : "unseen"], text: caption)
                table.element("thead") { head in
                    head.element("tr") { row in
                        for column in columns {
                            row.element("th", ["scope": "col", "class": Self.name(column.kind)]) { cell in
                                if column.kind == .bar {
                                    cell.element("span", ["class": "unseen"], text: column.name)
                                } else {
                                    cell.text(column.name)
                                }
                            }
                        }
                    }
                }
                table.element("tbody") { body in for row in rows { write(row, to: &body) } }
            }
        }
    }

    private func write(_ cells: [String], to body: inout Markup) {
        body.element("tr") { row in
            for (column, cell) in zip(columns, cells) {
                row.element("td", ["class": Self.name(column.kind)]) { content in
                    switch column.kind {
                    case .text, .number: content.text(cell)
                    case .isolated: content.isolated(cell)
                    case .bar:
                        content.element(
                            "span", ["class": "bar", "style": "width:\(cell)%", "aria-hidden": "true"], text: "")
                    }
                }
            }
        }
    }

    private static func name(_ kind: Column.Kind) -> String {
        switch kind {
        case .text: "text"
        case .isolated: "title"
        case .number: "number"
        case .bar: "bars"
        }
    }

    /// Writes the table where a reader opens it.
    func writeDetails(_ summary: String, to markup: inout Markup) {
        markup.element("details") { details in
            details.element("summary", text: summary)
            write(to: &details)
        }
    }
}
