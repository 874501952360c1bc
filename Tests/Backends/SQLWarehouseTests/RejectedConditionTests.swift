import Domain
import Testing

@testable import SQLWarehouse

/// The condition and its values that a filter of the quarantine becomes.
@Suite struct RejectedConditionTests {
    @Test(
        arguments: [
            (RejectedFilter(), "cured_run_id IS NULL", []),
            (RejectedFilter(state: .cured), "cured_run_id IS NOT NULL", []),
            (RejectedFilter(state: .all), "TRUE", []),
            (RejectedFilter(rule: "r", state: .all), "TRUE AND rule = ?1", [.text("r")]),
            (
                RejectedFilter(rule: "r", source: "s", id: 7, state: .open),
                "cured_run_id IS NULL AND rule = ?1 AND source = ?2 AND rejected_id = ?3",
                [.text("r"), .text("s"), .integer(7)]
            ),
            // The only run began at 1: it is before 2, and no run is before 1.
            (RejectedFilter(state: .all, foundBefore: 2), "TRUE AND last_run_id <= ?1", [.integer(1)]),
            (RejectedFilter(state: .all, foundBefore: 1), "TRUE AND last_run_id <= ?1", [.integer(0)]),
            (
                RejectedFilter(source: "s", state: .cured, foundBefore: 2),
                "cured_run_id IS NOT NULL AND source = ?1 AND last_run_id <= ?2", [.text("s"), .integer(1)]
            ),
        ] as [(RejectedFilter, String, [RowValue])])
    func conditions(filter: RejectedFilter, sql: String, values: [RowValue]) throws {
        let condition = try RejectedCondition(filter, CopyingWarehouse().session)
        #expect(condition.sql == sql)
        #expect(condition.values == values)
        #expect(condition.curedRun == "cured_run_id" && condition.lastRun == "last_run_id")
    }
}
