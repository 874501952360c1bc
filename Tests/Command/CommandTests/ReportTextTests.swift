import TestSupport
import Testing

@testable import reelhouse

/// The text of `reelhouse report`: its events by type are those of the facts, and no fact is looked at for them.
@Suite struct ReportTextTests {
    /// The types and counts below "Events by type".
    private func chart(_ runner: CommandRunner) throws -> [String] {
        try #require(runner.run("report", "-w", runner.path("w.db")) == .done, "\(runner.errors)")
        let lines = runner.output.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0.contains("Events by type") })
        return lines[(start + 1)...].prefix { !$0.isEmpty }.map { line in
            let words = line.split(separator: " ")
            return "\(words.first ?? "")|\(words.dropFirst().first?.filter(\.isNumber) ?? "")"
        }
    }

    /// What a scan of the facts says. Types that the mart has no column for are one line, the last.
    private static let byType = """
        SELECT event_type, count(*) FROM fact_user_event
        WHERE event_type NOT IN ('dwell', 'search', 'comment_vote') GROUP BY event_type ORDER BY 2 DESC, 1
        """
    private static let others = """
        SELECT 'other', count(*) FROM fact_user_event WHERE event_type IN ('dwell', 'search', 'comment_vote')
        """

    @Test func itsNumbersAreThoseOfTheWarehouse() throws {
        let runner = try ReportPageTests.loaded()
        let path = runner.path("w.db")
        let expected = try Database(path: path).rows(Self.byType) + Database(path: path).rows(Self.others)
        #expect(expected.count == 11)
        #expect(try chart(runner) == expected)
        // They come from the mart: without a fact they are the same.
        try Database.change(path: path, "DELETE FROM fact_user_event")
        #expect(try chart(runner) == expected)
    }

    /// A warehouse of an older version has no such mart, or has it empty until its next run.
    @Test(arguments: ["DELETE FROM site_daily", "DROP TABLE site_daily"])
    func anOlderWarehouseIsCounted(_ sql: String) throws {
        let runner = try ReportPageTests.loaded(events: 500, days: 2)
        try Database.change(path: runner.path("w.db"), sql)
        let expected = try Database(path: runner.path("w.db")).rows(
            "SELECT event_type, count(*) FROM fact_user_event GROUP BY event_type ORDER BY 2 DESC, 1")
        #expect(try chart(runner) == expected && expected.count > 5)
    }
}
