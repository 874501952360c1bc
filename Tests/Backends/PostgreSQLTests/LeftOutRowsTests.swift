import Domain
import TableTesting
import Testing

@testable import PostgreSQL

/// Triggers that keep rows from being stored and raise no error.
@Suite(.needsServer) struct LeftOutRowsTests {
    private static let now = FactBench.now

    /// A trigger of a table that returns NULL for some rows, and a row otherwise.
    private func trigger(_ bench: FactBench, on table: String, when event: String = "INSERT", if condition: String)
        throws
    {
        try bench.execute(
            """
            CREATE FUNCTION #.drop_\(table)() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN IF \(condition) THEN RETURN NULL; END IF; RETURN NEW; END';
            CREATE TRIGGER drop_rows BEFORE \(event) ON #.\(table) FOR EACH ROW EXECUTE FUNCTION #.drop_\(table)()
            """)
    }

    /// In a month that is new, and in one that is there; in the first block of events that are tried together and in
    /// another.
    @Test(arguments: [false, true]) func anEventThatIsLeftOutIsRefused(isMonthThere: Bool) throws {
        let bench = try FactBench()
        _ = try bench.warehouse.migrate(at: 0)
        if isMonthThere {
            try bench.beginRun()
            try bench.load([FactBench.event(5_000, at: Self.now)])
            bench.warehouse.endRun()
        }
        try trigger(bench, on: "fact_user_event", if: "NEW.user_id = 9")
        try trigger(bench, on: "watch_history", if: "NEW.user_id = 8")
        try bench.beginRun()
        let lines = (0..<300).map { number in
            FactBench.event(
                number, at: Self.now - Int64(number), type: number % 3 == 0 ? "watch" : "rate",
                user: [20: 9, 30: 8, 31: 8, 250: 9][number] ?? 7)
        }
        let outcomes = try bench.load(lines)
        // The event 31 of user 8 is no watch event.
        #expect(outcomes == FactBench.Outcomes(accepted: 297, refused: 3))
        for words in ["fact_user_event", "watch_history"] {
            #expect(outcomes.messages.contains { $0.contains(words) && $0.contains("return NEW") }, "\(outcomes)")
        }
        let there = isMonthThere ? 1 : 0
        #expect(try bench.value("SELECT count(*) FROM #.fact_user_event") == "\(297 + there)")
        #expect(try bench.value("SELECT count(*) FROM #.watch_history") == "99")
        // Once the triggers are gone, the same lines are loaded.
        try bench.execute(
            "DROP TRIGGER drop_rows ON #.fact_user_event; DROP TRIGGER drop_rows ON #.watch_history")
        #expect(try bench.load(lines) == FactBench.Outcomes(accepted: 3, duplicates: 297))
    }

    private static func user(_ id: Int64, _ firstSeen: Int64, _ lastSeen: Int64) -> TestRow {
        TestRow(values: [.integer(id), .integer(firstSeen), .integer(lastSeen)])
    }

    private static func rating(_ user: Int64, at time: Int64, isWithdrawn: Bool = false) -> TestRow {
        TestRow(
            values: [.integer(user), .integer(603), .real(5), .integer(time), .uuid(high: 1, low: UInt64(user))],
            isWithdrawn: isWithdrawn)
    }

    private func merge(_ rows: [TestRow], into table: Table, _ bench: FactBench) throws {
        let merged = MergeTable(table)
        merged.merge(rows)
        try bench.warehouse.begin()
        do {
            try bench.warehouse.merge(merged)
            try bench.warehouse.commit()
        } catch {
            try bench.warehouse.rollback()
            throw error
        }
    }

    private func expectError(about table: String, _ body: () throws -> Void) throws {
        let error = try postgresError(body)
        #expect(error.message.contains("the table \(table) keeps rows from being stored"), "\(error)")
        #expect(error.hint.contains("Remove the trigger or rule from \(table)"), "\(error.hint)")
        #expect(error.remedy == .none && error.kind == .failed)
    }

    /// Copied into an empty table, copied as a new key, and merged with stored rows.
    @Test func aRowThatIsLeftOutOfAMergedTableIsAnError() throws {
        let bench = try FactBench()
        _ = try bench.warehouse.migrate(at: 0)
        try trigger(bench, on: "users", when: "INSERT OR UPDATE", if: "NEW.user_id = 9")
        try bench.beginRun()
        let users = BehaviourTables.users
        try expectError(about: "users") { try merge([Self.user(7, 1, 2), Self.user(9, 1, 2)], into: users, bench) }
        #expect(try bench.value("SELECT count(*) FROM #.users") == "0")
        try merge([Self.user(7, 1000, 2000)], into: users, bench)
        try expectError(about: "users") { try merge([Self.user(8, 1, 2), Self.user(9, 1, 2)], into: users, bench) }
        try bench.execute("ALTER TABLE #.users DISABLE TRIGGER drop_rows; INSERT INTO #.users VALUES (9, now(), now())")
        try bench.execute("ALTER TABLE #.users ENABLE TRIGGER drop_rows")
        try expectError(about: "users") { try merge([Self.user(7, 1, 2), Self.user(9, 1, 2)], into: users, bench) }
        #expect(try bench.value("SELECT string_agg(user_id::text, ' ' ORDER BY user_id) FROM #.users") == "7 9")
    }

    /// Of rows that replace older ones, those that are not newer change nothing, which is no error.
    @Test(arguments: ["INSERT", "UPDATE"]) func aNewerRowThatIsLeftOutIsAnError(event: String) throws {
        let bench = try FactBench()
        _ = try bench.warehouse.migrate(at: 0)
        try bench.beginRun()
        let ratings = BehaviourTables.ratings
        try merge([Self.rating(7, at: 5000), Self.rating(8, at: 5000), Self.rating(6, at: 5000)], into: ratings, bench)
        try merge([Self.rating(6, at: 6000, isWithdrawn: true)], into: ratings, bench)
        try trigger(bench, on: "ratings", when: event, if: "NEW.user_id = 9 OR NEW.event_time = to_timestamp(9)")
        // Older than what is stored, the same, and older than the withdrawal.
        try merge([Self.rating(7, at: 4000), Self.rating(8, at: 5000), Self.rating(6, at: 5500)], into: ratings, bench)
        try expectError(about: "ratings") {
            try merge(
                [Self.rating(7, at: 4000), Self.rating(event == "INSERT" ? 9 : 8, at: 9000)], into: ratings, bench)
        }
        try merge([Self.rating(7, at: 7000), Self.rating(8, at: 4000)], into: ratings, bench)
        #expect(
            try bench.value(
                "SELECT string_agg(user_id || ' ' || extract(epoch FROM event_time)::int, ', ' ORDER BY user_id) FROM #.ratings"
            ) == "7 7, 8 5")
    }

    /// An INSERT rule does nothing to COPY; the statement that merges into a filled table stores nothing then.
    @Test func aRuleThatLeavesRowsOutIsAnError() throws {
        let bench = try FactBench()
        _ = try bench.warehouse.migrate(at: 0)
        try bench.beginRun()
        try merge([Self.user(7, 1000, 2000)], into: BehaviourTables.users, bench)
        bench.warehouse.endRun()
        try bench.execute("CREATE RULE none AS ON INSERT TO #.users DO INSTEAD NOTHING")
        try bench.beginRun()
        let error = try postgresError { try merge([Self.user(8, 1, 2)], into: BehaviourTables.users, bench) }
        #expect(error.kind == .failed, "\(error)")
    }

    /// Where no count of rows would show what is missing, a run does not begin.
    @Test(arguments: [
        (
            "TRIGGER mine BEFORE INSERT ON #.withdrawn_ratings FOR EACH ROW EXECUTE FUNCTION #.mine()",
            "withdrawn_ratings"
        ),
        ("TRIGGER mine BEFORE UPDATE ON #.genre_daily FOR EACH ROW EXECUTE FUNCTION #.mine()", "genre_daily"),
        ("TRIGGER mine BEFORE INSERT ON #.rejected_record FOR EACH ROW EXECUTE FUNCTION #.mine()", "rejected_record"),
        ("TRIGGER mine BEFORE DELETE ON #.movies FOR EACH ROW EXECUTE FUNCTION #.mine()", "movies"),
        ("RULE mine AS ON DELETE TO #.movie_genres DO INSTEAD NOTHING", "movie_genres"),
        ("RULE mine AS ON INSERT TO #.load_stale_day DO INSTEAD NOTHING", "load_stale_day"),
    ]) func aRunDoesNotBeginWhereRowsCouldBeLeftOutUnseen(what: String, table: String) throws {
        let bench = try FactBench()
        _ = try bench.warehouse.migrate(at: 0)
        try bench.execute("CREATE FUNCTION #.mine() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
        try bench.execute("CREATE \(what)")
        let error = try postgresError { try bench.beginRun() }
        #expect(error.message.contains("mine of the table \(table)") && error.kind == .failed, "\(error)")
        #expect(error.hint.contains("DROP \(what.prefix(4) == "RULE" ? "RULE" : "TRIGGER")"), "\(error.hint)")
        try bench.execute("DROP \(what.prefix(4) == "RULE" ? "RULE" : "TRIGGER") mine ON #.\(table)")
        try bench.beginRun()
        bench.warehouse.endRun()
    }

    @Test func triggersAfterRowsAndThoseOfCountedTablesAreWelcome() throws {
        let bench = try FactBench()
        _ = try bench.warehouse.migrate(at: 0)
        try bench.execute("CREATE FUNCTION #.mine() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
        for (table, time) in [
            ("withdrawn_ratings", "AFTER DELETE"), ("movies", "BEFORE INSERT"), ("users", "BEFORE UPDATE"),
        ] {
            try bench.execute("CREATE TRIGGER mine \(time) ON #.\(table) FOR EACH ROW EXECUTE FUNCTION #.mine()")
        }
        try bench.beginRun()
        bench.warehouse.endRun()
    }

    /// Every table is counted or not.
    @Test func uncountedTablesAreThoseThatStatementsFill() {
        let names = Set(SilentTriggers.uncounted)
        #expect(names.isSuperset(of: ["genre_daily", "top_movies", "trending", "withdrawn_ratings", "load_run"]))
        #expect(
            names.isDisjoint(with: ["fact_user_event", "watch_history", "movie_daily", "movies", "users", "ratings"]))
    }
}
