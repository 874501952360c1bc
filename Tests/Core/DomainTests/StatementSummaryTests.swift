import Domain
import Testing

@Suite struct StatementSummaryTests {
    @Test(
        arguments: [
            (
                "INSERT OR ROLLBACK INTO main.fact_user_event (event_time, event_id) SELECT 1, 2",
                "running INSERT OR ROLLBACK INTO main.fact_user_event …"
            ),
            ("COMMIT", "running COMMIT"), ("BEGIN IMMEDIATE;", "running BEGIN IMMEDIATE;"),
            (
                "\n  UPDATE load_run\n  SET outcome = 'interrupted'",
                "running UPDATE load_run SET outcome = 'interrupted'"
            ),
            ("select count(*) from movies", "running select count(*) from movies"),
            ("opening it", "opening it"), ("", ""),
            ("SELECT " + String(repeating: "a", count: 80), "running SELECT …"),
            (
                "SELECT a, b, c FROM one JOIN two USING (id) WHERE a > b",
                "running SELECT a, b, c FROM one JOIN two USING …"
            ),
        ])
    func aStatementIsShortened(_ statement: String, _ activity: String) {
        #expect(StatementSummary.activity(statement) == activity)
        #expect(StatementSummary.activity(statement).count < 75)
    }
}
