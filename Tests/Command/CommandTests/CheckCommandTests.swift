import Foundation
import TestSupport
import Testing

/// `reelhouse check` as people and jobs call it.
@Suite struct CheckCommandTests {
    private func check(_ arguments: String..., in demo: DemoFolder) throws -> ChildProcess.Result {
        try Program.start(["check", "--now", Program.now] + arguments, in: demo.files).wait()
    }

    private func corrupt(_ demo: DemoFolder, _ sql: String) throws {
        try Database.change(path: demo.files.path("warehouse.db"), sql)
    }

    @Test func theSampleIsGood() throws {
        let demo = try DemoFolder()
        let result = try check(in: demo)
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.output) \(result.errors)")
        #expect(result.output.contains("ok       lines_add_up\n"))
        #expect(!result.output.contains("warning"), "\(result.output)")
        let json = try Program.object(check("--json", in: demo).output)
        #expect(json["failed"] as? Int == 0 && json["warned"] as? Int == 0 && json["passed"] as? Int ?? 0 > 20)
    }

    @Test func anErrorFailsAndAWarningDoesNot() throws {
        let demo = try DemoFolder()
        try corrupt(demo, "UPDATE ratings SET score = 99")
        let failed = try check("--limit", "2", in: demo)
        #expect(failed.status == 1)
        #expect(failed.output.contains("FAILED   opinions_are_possible"))
        #expect(failed.output.contains("Ratings, votes, reactions"))
        #expect(failed.output.contains("99.0") && failed.output.contains("more rows (--limit)"))
        #expect(failed.errors.contains("1 check of the warehouse warehouse.db failed: opinions_are_possible"))
        #expect(failed.errors.contains("hint: "))
        let json = try check("--json", "--limit", "1", "--only", "opinions_are_possible", in: demo)
        #expect(json.status == 1)
        let object = try Program.object(json.output)
        let checks = try #require(object["checks"] as? [[String: Any]])
        #expect(checks.count == 1 && checks[0]["outcome"] as? String == "failed")
        #expect((checks[0]["rows"] as? [[Any]])?.count == 1 && checks[0]["count"] as? Int ?? 0 > 1)
        #expect((checks[0]["rows"] as? [[Any]])?.first?.first as? String == "ratings")
        let others = try check("--skip", "opinions_are_possible", in: demo)
        #expect(others.status == 0 && !others.output.contains("opinions_are_possible"))
        let late = ["--only", "events_are_fresh,movies_are_fresh", "--now", "2027-06-01"]
        let warned = try Program.start(["check"] + late, in: demo.files).wait()
        #expect(warned.status == 0 && warned.output.contains("2 checks: 2 with a warning"), "\(warned.output)")
        #expect(try Program.start(["check", "--strict"] + late, in: demo.files).wait().status == 1)
        let set = late + ["--set", "freshness=365d", "--set", "movie_freshness=365d"]
        #expect(try Program.start(["check"] + set, in: demo.files).wait().output.contains("2 checks: 2 passed"))
    }

    @Test func checksOfOnesOwnAreAddedOrTakeThePlaceOfBuiltInOnes() throws {
        let demo = try DemoFolder()
        try demo.files.write(
            "own.sql",
            """
            -- parameter most = 3: So many users.

            -- check: users_are_few
            -- Too many users. Nothing is to be done.
            SELECT count(*) AS users FROM users HAVING count(*) > :most;

            -- check: event_ids_have_one_time
            -- Nothing of the kind. Rest.
            SELECT 1 WHERE 1 = 0

            """)
        let added = try check("--checks", "own.sql", in: demo)
        #expect(added.status == 1 && added.output.contains("FAILED   users_are_few"))
        #expect(added.output.contains("ok       lines_add_up"))
        let alone = try check("--checks", "own.sql", "--no-built-in", "--set", "most=1000000", in: demo)
        #expect(alone.status == 0 && alone.output.contains("2 checks: 2 passed"), "\(alone.output)")
        let list = try check("--checks", "own.sql", "--list", "--json", in: demo)
        let checks = try #require(Program.object(list.output)["checks"] as? [[String: Any]])
        #expect(checks.filter { $0["file"] as? String == "own.sql" }.count == 2 && checks.count > 20)
    }

    @Test func theListNeedsNoWarehouse() throws {
        let folder = try TemporaryFolder()
        let list = try Program.run("check", "--list", in: folder)
        #expect(list.status == 0 && list.output.contains("events_are_fresh") && list.output.contains("freshness"))
    }

    @Test func wrongUsageIsTold() throws {
        let demo = try DemoFolder()
        try demo.files.write("wrong.sql", "-- check: a\n-- M.\n\nSELECT * FROM\nlacking\n")
        try demo.files.write("empty.sql", "\n-- check: a\n-- M.\n")
        for (arguments, status, words) in [
            (["--only", "x"], 2, "there is no check 'x'"), (["--skip", "x"], 2, "there is no check 'x'"),
            (["--only", ""], 2, "leave no check"), (["--set", "x=1"], 2, "no parameter 'x'"),
            (["--set", "drift=2d"], 2, "'2d' is no value of the parameter drift, which is a number"),
            (["--no-built-in"], 2, "leave no check"), (["--checks", "missing.sql"], 2, "missing.sql cannot be read"),
            (["--checks", "empty.sql"], 2, "empty.sql, line 2: the check a has no query"),
            (["--checks", "wrong.sql"], 1, "the check a (wrong.sql, line 4) cannot be made: no such table or view"),
            (["-w", "missing.db"], 1, "there is no warehouse at missing.db"),
        ] as [([String], Int32, String)] {
            let result = try Program.start(["check"] + arguments, in: demo.files).wait()
            #expect(result.status == status && result.errors.contains(words), "\(arguments): \(result.errors)")
        }
    }
}
