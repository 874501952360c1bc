import Domain
import Schema

/// The views of a warehouse. They are read from a database in memory to which the migrations are applied, so no
/// warehouse is needed.
enum SchemaViews {
    /// All views, in the order of their creation.
    ///
    /// - Throws: `SQLiteError`.
    static func all() throws -> [QueryHelp.View] {
        let connection = try Connection(path: "the schema", access: .inMemory)
        for migration in Schema.sqlite { try connection.execute(migration.sql) }
        let rows = try connection.prepare(
            """
            SELECT s.name, c.name FROM sqlite_schema AS s, pragma_table_info(s.name) AS c
            WHERE s.type = 'view' ORDER BY s.rowid, c.cid
            """)
        var views: [QueryHelp.View] = []
        while try rows.step() {
            let (name, column) = (rows.text(0) ?? "", rows.text(1) ?? "")
            if let last = views.last, last.name == name {
                views[views.count - 1] = QueryHelp.View(name: name, columns: last.columns + [column])
            } else {
                views.append(QueryHelp.View(name: name, columns: [column]))
            }
        }
        return views
    }
}
