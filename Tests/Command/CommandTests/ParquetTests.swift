import Foundation
import TestSupport
import Testing

@testable import Servers

/// `reelhouse export --format parquet`, by DuckDB and by PyArrow, each in a Python of its own.
@Suite(.serialized, .waits) struct ParquetTests {
    /// A Python that has one library; nil where it cannot be installed.
    private static func python(_ library: String) -> String? {
        let output = try? MongoServer.run([
            "/bin/sh", FileManager.default.currentDirectoryPath + "/.ci/test-parquet", library,
        ])
        let path = output.map { $0.split(separator: "\n").last.map(String.init) ?? "" } ?? ""
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }

    private static let duckdb = python("duckdb")
    private static let pyarrow = python("pyarrow")
    private static let whatToInstall = "no Python with DuckDB or PyArrow: run .ci/test-parquet (make test-deps)"

    /// Rows with dates of the first and last year, columns that are all null, and texts that are empty or look like nulls.
    private static func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let movies = [
            #"{"id":1,"title":"A, \"quoted\"\nline","release_date":"0001-01-01","vote_count":1,"popularity":0.1}"#,
            #"{"id":2,"title":"NULL","release_date":"9999-12-31","tagline":"''","overview":"é🎬"}"#,
            #"{"id":3,"title":"Nothing else"}"#,
        ]
        try folder.write("m/2026-11-20.ndjson", movies.joined(separator: "\n") + "\n")
        try folder.write("e.ndjson", SampleLines.behaviour(1) + SampleLines.behaviour(50))
        _ = try Program.load("--movies", "m", "--events", "e.ndjson", in: folder)
        return folder
    }

    @Test(
        .enabled(if: ParquetTests.duckdb != nil && ParquetTests.pyarrow != nil, "\(ParquetTests.whatToInstall)"),
        arguments: ["duckdb", "pyarrow"])
    func typesAndValuesAreKept(_ library: String) throws {
        let folder = try Self.folder()
        let python = try #require(library == "duckdb" ? Self.duckdb : Self.pyarrow)
        let result = try Program.start(
            ["export", "-w", "w.db", "-f", "parquet", "--date", "2026-11-28"],
            environment: ["REELHOUSE_PYTHON": python], in: folder
        ).wait()
        #expect(result.status == 0, "\(result.errors)")
        #expect(
            folder.names(in: "snapshots/2026-11-28").allSatisfy { $0.hasSuffix(".parquet") || $0 == "manifest.json" })
        #expect(try Program.run("verify", in: folder).status == 0)
        // The other library reads it.
        let other = try #require(Self.duckdb)
        let script = """
            import duckdb
            c = duckdb.connect(); c.execute("SET TimeZone='UTC'")
            def t(name): return f"'snapshots/2026-11-28/{name}.parquet'"
            print([r[1] for r in c.execute("DESCRIBE SELECT event_time, event_id, user_id, score, movie_known, query FROM " + t("fact_user_event")).fetchall()])
            print(c.execute("SELECT title, CAST(release_date AS VARCHAR), popularity, tagline, octet_length(content_hash) FROM " + t("movies") + " ORDER BY movie_id").fetchall())
            print(c.execute("SELECT count(*), count(query), CAST(min(event_time) AS VARCHAR) FROM " + t("fact_user_event")).fetchall())
            """
        let read = try ChildProcess(other, ["-c", script], currentFolder: folder.path).wait()
        #expect(
            read.output == """
                ['TIMESTAMP WITH TIME ZONE', 'UUID', 'BIGINT', 'DOUBLE', 'BOOLEAN', 'VARCHAR']
                [('A, "quoted"\\nline', '0001-01-01', 0.1, None, 32), ('NULL', '9999-12-31', None, "''", 32), \
                ('Nothing else', None, None, None, 32)]
                [(12, 0, '2026-11-18 11:06:41+00')]

                """, "\(read.errors)")
    }

    @Test(.enabled(if: ParquetTests.duckdb != nil, "\(ParquetTests.whatToInstall)"))
    func aNightlyExportsIt() throws {
        let folder = try TemporaryFolder()
        try NightlyCommandTests.generate(into: folder)
        let result = try NightlyCommandTests.nightly(
            ["--skip", "compact", "--with", "export=--format=parquet"], in: folder,
            environment: ["REELHOUSE_PYTHON": #require(Self.duckdb)])
        let outcomes = NightlyCommandTests.outcomes(NightlyCommandTests.batches(result).first)
        #expect(outcomes["export"] == "completed" && outcomes["prune"] == "completed", "\(outcomes)")
        #expect(folder.has("snapshots/2026-11-28/fact_user_event.parquet"))
        #expect(try Program.run("verify", in: folder).status == 0)
    }

    @Test(.enabled(if: ParquetTests.duckdb != nil, "\(ParquetTests.whatToInstall)"))
    func aFailureOfThePythonLeavesNothing() throws {
        let folder = try Self.folder()
        let python = try #require(Self.duckdb)
        // A DuckDB that cannot write.
        try folder.write(
            "lib/duckdb.py", "__version__ = '0'\ndef connect():\n    raise ValueError('no room')\n")
        let result = try Program.start(
            ["export", "-w", "w.db", "-f", "parquet"],
            environment: ["REELHOUSE_PYTHON": python, "PYTHONPATH": folder.path("lib")], in: folder
        ).wait()
        #expect(result.status == 1 && result.errors.contains("no room"), "\(result.errors)")
        #expect(folder.names(in: "snapshots") == [])
    }
}
