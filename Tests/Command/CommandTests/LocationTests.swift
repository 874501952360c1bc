import Domain
import Foundation
import SQLite
import TestSupport
import Testing

@testable import reelhouse

/// What a location means: a path or a URL.
@Suite struct LocationTests {
    @Test(
        arguments: [
            ("warehouse.db", "sqlite", "warehouse.db"), ("sqlite:a.db", "sqlite", "a.db"),
            ("sqlite:/srv/a.db", "sqlite", "/srv/a.db"), ("sqlite://a.db", "sqlite", "a.db"),
            ("sqlite:///a.db", "sqlite", "a.db"), ("sqlite:////srv/a.db", "sqlite", "/srv/a.db"),
            ("SQLite:a.db", "sqlite", "a.db"), ("sqlite:///sub/a:b.db", "sqlite", "sub/a:b.db"),
            ("a:b.db", "sqlite", "a:b.db"), ("log-2026-11-20T10:00:00.db", "sqlite", "log-2026-11-20T10:00:00.db"),
            ("/srv/a:b.db", "sqlite", "/srv/a:b.db"), (":memory:", "sqlite", ":memory:"),
            ("postgresql://u@h/d", "postgresql", "//u@h/d"), ("other://h", "other", "//h"),
            ("file:///srv/raw", "file", "///srv/raw"),
        ])
    func aLocationIsReadAsPeopleMeanIt(_ text: String, _ scheme: String, _ rest: String) {
        let location = Location(text)
        #expect(location.scheme ?? "sqlite" == scheme, "\(text)")
        let isSQLite = WarehouseBackend.sqlite.naming.includes(location)
        #expect(isSQLite == (scheme == "sqlite"), "\(text)")
        let path = isSQLite ? WarehouseBackend.sqlite.localFiles(location).files.first?.path : location.rest
        #expect(path == rest, "\(text)")
    }

    @Test func whatIsThereIsAPath() throws {
        let folder = try TemporaryFolder()
        let lines = SampleLines.clicks(5)
        for name in ["log-2026-11-20T10:00:00.ndjson", "kafka:e.ndjson", "a:b/c.ndjson"] {
            try folder.write(name, lines)
            let validated = try Program.run("validate", "--as", "events", name, in: folder)
            #expect(validated.status == 0, "\(name): \(validated.errors)")
            let loaded = try Program.load("--events", name, "-w", "w:\(name.count).db", "--raw", "r:w", in: folder)
            #expect(loaded.accepted == 5)
            #expect(folder.has("w:\(name.count).db"))
        }
        #expect(try Program.load("--events", "log-2026-11-2?T10:*.ndjson", "--dry-run", in: folder).accepted == 5)
    }

    @Test func theFormsOfAURLLeadToOneFile() throws {
        let folder = try TemporaryFolder()
        try folder.write("a.ndjson", SampleLines.clicks(5))
        _ = try Program.load("--events", "a.ndjson", "-w", "sqlite:x.db", in: folder)
        #expect(folder.has("x.db"))
        for form in [
            "sqlite://x.db", "sqlite:///x.db", "sqlite:///\(folder.path)/x.db", "sqlite:\(folder.path)/x.db", "./x.db",
        ] {
            let result = try Program.run("query", "-w", form, "-f", "csv", "SELECT count(*) FROM users", in: folder)
            #expect(result.output.contains("5"), "\(form): \(result.errors)")
        }
        for form in ["sqlite:", "sqlite://", "sqlite:///"] {
            #expect(try Program.run("status", "-w", form, in: folder).status == 2)
        }
    }

    /// These names mean standard output or memory in other programs: no file of such a name is created.
    @Test(arguments: [
        ["run", "-w", "-"], ["run", "-w", ":memory:"], ["run", "-w", "sqlite::memory:"],
        ["run", "--dry-run", "-w", "-"],
        ["run", "-w", "sqlite:///:memory:"], ["run", "--raw", "-"], ["run", "--raw", "file:-", "--dry-run"],
        ["status", "-w", "-"], ["query", "-w", ":memory:", "SELECT 1"], ["digest", "-w", "sqlite:-"],
        ["migrate", "-w", ":memory:"], ["index", "-w", "-", "--facts", "user"], ["report", "-w", "sqlite://:memory:"],
        ["doctor", "-w", ":memory:"], ["doctor", "--raw", "-"], ["quarantine", "list", "-w", "-"],
        ["quarantine", "export", "--raw", "-w", "-"], ["quarantine", "retry", "--raw", "-"],
        ["quarantine", "drop", "--all", "--yes", "-w", ":memory:"],
    ])
    func aPlaceThatKeepsNothingIsWrongUsage(_ arguments: [String]) throws {
        let folder = try SampleLines.folder()
        let before = folder.names()
        let result = try Program.start(arguments, in: folder).wait()
        #expect(result.status == 2, "\(arguments): \(result.errors)")
        #expect(result.errors.contains(" takes a f") && result.errors.contains("hint: Name a f"), "\(result.errors)")
        #expect(folder.names() == before)
    }

    @Test func aFileOfSuchANameIsNamedWithItsFolder() throws {
        let folder = try SampleLines.folder()
        for name in ["./-", "./:memory:"] {
            _ = try Program.load("-w", name, in: folder)
            #expect(folder.has(name))
        }
    }

    @Test(arguments: ["file:x.db", "file:x.db?mode=memory"])
    func aNameThatSQLiteKnowsIsAFile(_ name: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("a.ndjson", SampleLines.clicks(5))
        try folder.write(name.replacing("file:", with: "f:") + ".ndjson", SampleLines.clicks(1))
        _ = try Program.load("--events", "a.ndjson", "-w", "sqlite:\(name)", in: folder)
        #expect(folder.has(name))
        let result = try Program.run(
            "query", "-w", "sqlite:\(name)", "-f", "csv", "SELECT count(*) AS n FROM users", in: folder)
        #expect(result.output == "n\r\n5\r\n", "\(result.errors)")
    }
}

/// Indexes of the facts, which are made on request.
@Suite struct IndexTests {
    @Test func indexesAreMadeKeptAndDropped() throws {
        let folder = try TemporaryFolder(inMemory: true)
        try folder.write("a.ndjson", SampleLines.clicks(500))
        try folder.write("b.ndjson", SampleLines.clicks(500, from: 500))
        _ = try Program.load("--events", "a.ndjson", in: folder)
        func names() throws -> [String] {
            try Database(path: folder.path("w.db")).rows(
                "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'fact_user_event' AND sql NOT NULL ORDER BY 1"
            )
        }
        #expect(try Database(path: folder.path("w.db")).integer("SELECT count(*) FROM sqlite_stat1") > 0)
        #expect(try names() == [])
        let made = try Program.run("index", "--facts", "user,movie", "-w", "w.db", in: folder)
        #expect(made.status == 0 && made.output.contains("Made fact_user_event_by_user_id"), "\(made.errors)")
        #expect(try names() == ["fact_user_event_by_movie_id", "fact_user_event_by_user_id"])
        #expect(try Program.run("index", "--facts", "user", "-w", "w.db", in: folder).output.contains("already"))
        let digest = try Program.load("--events", "b.ndjson", in: folder).rows
        #expect(digest["fact_user_event"] == 1000)
        let plan = try Program.run(
            "query", "-w", "w.db", "EXPLAIN QUERY PLAN SELECT * FROM fact_user_event WHERE user_id = 3", in: folder)
        #expect(plan.output.contains("fact_user_event_by_user_id"))
        let list = try Program.object(Program.run("index", "--json", "-w", "w.db", in: folder).output)
        let indexes = try #require(list["indexes"] as? [[String: Any]])
        // The empty tables get theirs when they are filled.
        let sizes = indexes.filter { $0["made"] as? Bool == true }.map { $0["bytes"] as? Int ?? 0 }
        #expect(sizes.count == 2 && sizes.allSatisfy { $0 > 0 })
        #expect(try Program.run("index", "--drop", "--facts", "user", "-w", "w.db", in: folder).status == 0)
        #expect(try names() == ["fact_user_event_by_movie_id"])
        #expect(try Program.run("doctor", "-w", "w.db", in: folder).output.contains("ok    integrity"))
    }

    @Test(arguments: [["--facts", "people"], ["--drop"], ["--facts"]])
    func wrongUsageIsSaid(_ arguments: [String]) throws {
        let folder = try TemporaryFolder()
        #expect(try Program.start(["index"] + arguments, in: folder).wait().status == 2)
    }

    @Test func aTableGetsThemWhenItIsFilled() throws {
        let folder = try TemporaryFolder(inMemory: true)
        try folder.write("m.ndjson", SampleLines.movies)
        try folder.write("a.ndjson", SampleLines.behaviour(100))
        let names = {
            try Database(path: folder.path("w.db")).rows(
                "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql NOT NULL AND name LIKE '%\\_by\\_%' ESCAPE '\\'"
            )
        }
        _ = try Program.load("--movies", "m.ndjson", in: folder)
        #expect(try Set(names()) == ["movie_genres_by_genre_id"])
        #expect(try Program.run("index", "-w", "w.db", in: folder).output.contains("if it has rows"))
        _ = try Program.load("--events", "a.ndjson", in: folder)
        let expected = Set(BehaviourTables.all.flatMap(\.indexes).filter { !$0.isOnRequest }.map(\.name))
        #expect(try Set(names()) == expected.union(["movie_genres_by_genre_id"]))
    }

    /// A warehouse of before has no indexes, and gets them by `migrate` or by the next run.
    @Test func anOlderWarehouseGetsThem() throws {
        let folder = try TemporaryFolder(inMemory: true)
        try folder.write("a.ndjson", SampleLines.behaviour(100))
        _ = try Program.load("--events", "a.ndjson", in: folder)
        let path = folder.path("w.db")
        let sql =
            "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql NOT NULL AND tbl_name <> 'rejected_record' ORDER BY 1"
        let all = try Database(path: path).rows(sql)
        #expect(all.contains("ratings_by_movie_id"))
        for command in [["migrate"], ["run", "--events", "a.ndjson", "--raw", "raw"]] {
            try Database.change(
                path: path, all.map { "DROP INDEX \($0);" }.joined() + "CREATE TABLE comments_by_parent_id (a)")
            let result = try Program.start(command + ["-w", "w.db"], in: folder).wait()
            #expect(result.status == 0, "\(result.errors)")
            // A name that is somebody's is left to them.
            #expect(try Database(path: path).rows(sql) == all.filter { $0 != "comments_by_parent_id" })
            try Database.change(path: path, "DROP TABLE comments_by_parent_id")
            #expect(try Program.run("migrate", "-w", "w.db", in: folder).status == 0)
            #expect(try Database(path: path).rows(sql) == all)
        }
    }
}
