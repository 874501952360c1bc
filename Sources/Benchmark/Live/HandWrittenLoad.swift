import Foundation

/// Measures what people write by hand to load the facts alone, and what bare COPY does. The rows are prepared in a file
/// (`CopyData`), the tables are made before the time begins, and a commit is within it.
enum HandWrittenLoad {
    /// Copies the rows into a table without key or index.
    static func copy(_ path: String, into url: String) throws -> PartResult {
        let server = try ServerConnection(url)
        try server.run("CREATE TABLE bare (\(CopyData.columns))")
        return try timed {
            try server.run("BEGIN")
            let rows = try server.copy(path, by: "COPY bare FROM STDIN WITH (FORMAT binary)")
            try server.run("COMMIT")
            return rows
        }
    }

    /// Copies the rows into a staging table, and merges that into a table with a primary key.
    static func copyAndMerge(_ path: String, into url: String) throws -> PartResult {
        let server = try ServerConnection(url)
        try server.run(
            """
            CREATE TABLE keyed (\(CopyData.columns), PRIMARY KEY (event_time, event_id));
            CREATE TABLE staged (\(CopyData.columns))
            """)
        return try timed {
            try server.run("BEGIN")
            _ = try server.copy(path, by: "COPY staged FROM STDIN WITH (FORMAT binary)")
            let rows = try server.run("INSERT INTO keyed SELECT * FROM staged ON CONFLICT DO NOTHING")
            try server.run("COMMIT")
            return rows.flatMap(Int.init) ?? 0
        }
    }

    private static func timed(_ load: () throws -> Int) throws -> PartResult {
        let start = (ChildProcess.now, ChildProcess.threadTime)
        var result = PartResult()
        result.rows = try load()
        result.seconds = ChildProcess.now - start.0
        result.cpuSeconds = ChildProcess.threadTime - start.1
        return result
    }
}
