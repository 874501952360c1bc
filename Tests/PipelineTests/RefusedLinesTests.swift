import Domain
import Testing

@testable import Pipeline

/// The list of refused lines.
@Suite struct RefusedLinesTests {
    private struct Fault: ReportedError {
        var message: String { "no" }
        var hint: String { "None." }
    }

    @Test func whatIsKnownIsNotNew() throws {
        let lines = RefusedLines(limit: 1)
        let origin = RowOrigin.event(time: 1, idHigh: 2, idLow: 3)
        var rows = RefusedRows(cause: Fault())
        rows.lines[origin] = "no"
        try lines.collect { throw rows }
        #expect(throws: RefusedRows.self) { try lines.check() }
        #expect(lines.note(rows))
        lines.didRollBack()
        try lines.check()
        #expect(!lines.note(rows))
        #expect(lines.words(for: origin) == "no")
        lines.didCommit()
        #expect(lines.words(for: origin) == "no")
        rows.lines[.event(time: 2, idHigh: 2, idLow: 3)] = "no"
        #expect(lines.note(rows))
        lines.didCommit()
        #expect(lines.isEmpty)
    }
}
