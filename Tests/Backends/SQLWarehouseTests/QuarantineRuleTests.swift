import Domain
import Testing

@testable import SQLWarehouse

/// Lines go into quarantine once, in their order, and are counted by rule.
@Suite struct QuarantineRuleTests {
    private func rejection(_ line: Int64, rule: CleaningRule = .invalidScore, message: String = "m") -> Rejection {
        Rejection(
            source: "s", port: .events, line: line, byteOffset: 0, rule: rule, message: message, raw: [1],
            snapshotDay: nil)
    }

    @Test func linesThatComeTwiceAreCountedAgain() throws {
        let copying = try CopyingWarehouse()
        let (warehouse, run) = (copying.warehouse, copying.run)
        try warehouse.quarantine([rejection(3), rejection(1), rejection(3, message: "n"), rejection(2)], run: run.id)
        try warehouse.storeRejections()
        #expect(
            try copying.rows("SELECT rejected_id, line, message FROM rejected_record ORDER BY 1")
                == ["1 3 n", "2 1 m", "3 2 m"])
        try warehouse.quarantine([rejection(9, rule: .invalidVote), rejection(1), rejection(4)], run: run.id)
        try warehouse.storeRejections()
        #expect(
            try copying.rows("SELECT rule, rejected, again FROM load_run_rule ORDER BY 1")
                == ["invalid_score 6 2", "invalid_vote 1 0"])
    }

    @Test func linesAreStoredManyAtATimeAndBeforeTheyAreRead() throws {
        let copying = try CopyingWarehouse()
        let (warehouse, run) = (copying.warehouse, copying.run)
        let stored = { try copying.rows("SELECT count(*) FROM rejected_record") }
        for line in 1...Int64(PendingRejections.mostLines) {
            try warehouse.quarantine([rejection(line)], run: run.id)
        }
        #expect(try stored() == ["0"])
        try warehouse.quarantine([rejection(5000)], run: run.id)
        #expect(try stored() == ["\(PendingRejections.mostLines + 1)"])
        try warehouse.quarantine([rejection(5001)], run: run.id)
        let last = try warehouse.rejected(matching: RejectedFilter(), after: 4096, limit: 9)
        #expect(last.map(\.rejection.line) == [5000, 5001])
    }

    @Test func linesOfATransactionThatIsRolledBackAreNotStored() throws {
        let copying = try CopyingWarehouse()
        let (warehouse, run) = (copying.warehouse, copying.run)
        try warehouse.quarantine([rejection(1)], run: run.id)
        try warehouse.rollback()
        try warehouse.begin()
        try warehouse.storeRejections()
        #expect(try copying.rows("SELECT count(*) FROM rejected_record") == ["0"])
    }

    @Test func curedLinesAreThoseThatAreNamedAndOpen() throws {
        let copying = try CopyingWarehouse()
        let (warehouse, run) = (copying.warehouse, copying.run)
        try warehouse.quarantine((1...5).map { rejection($0) }, run: run.id)
        try warehouse.cureRejected([2, 4, 99], run: run.id)
        try warehouse.cureRejected([], run: run.id)
        let cured = "SELECT rejected_id FROM rejected_record WHERE cured_run_id IS NOT NULL ORDER BY 1"
        #expect(try copying.rows(cured) == ["2", "4"])
    }

    @Test func aPageEndsAtItsLimitAndPassesUnknownRulesOver() throws {
        let copying = try CopyingWarehouse()
        let (warehouse, run) = (copying.warehouse, copying.run)
        try warehouse.quarantine((1...6).map { rejection($0) }, run: run.id)
        try warehouse.storeRejections()
        try copying.session.runScript("UPDATE rejected_record SET rule = 'a_later_rule' WHERE rejected_id < 5")
        let all = RejectedFilter()
        #expect(try warehouse.rejected(matching: all, after: 0, limit: 2).map(\.id) == [5, 6])
        #expect(try warehouse.rejected(matching: all, after: 5, limit: 2).map(\.id) == [6])
        #expect(try warehouse.rejected(matching: all, after: 6, limit: 2).isEmpty)
        #expect(try warehouse.rejected(matching: all, after: 0, limit: 1).map(\.id) == [5])
    }
}
