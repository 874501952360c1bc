import Domain
import Schema

/// The views of a warehouse. They are read from a database in memory to which the migrations are applied, so no
/// warehouse is needed.
public enum SchemaViews {
    /// A view with its columns.
    public struct View: Sendable {
        /// The name of the view.
        public let name: String
        /// The names of the columns, in order.
        public let columns: [String]
    }

    /// All views, in the order of their creation.
    ///
    /// - Throws: `SQLiteError`.
    public static func all() throws -> [View] {
        let connection = try Connection(path: "the schema", access: .inMemory)
        for migration in Schema.sqlite { try connection.execute(migration.sql) }
        let rows = try connection.prepare(
            """
            SELECT s.name, c.name FROM sqlite_schema AS s, pragma_table_info(s.name) AS c
            WHERE s.type = 'view' ORDER BY s.rowid, c.cid
            """)
        var views: [View] = []
        while try rows.step() {
            let (name, column) = (rows.text(0) ?? "", rows.text(1) ?? "")
            if let last = views.last, last.name == name {
                views[views.count - 1] = View(name: name, columns: last.columns + [column])
            } else {
                views.append(View(name: name, columns: [column]))
            }
        }
        return views
    }
}
