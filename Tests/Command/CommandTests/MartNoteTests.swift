import Domain
import TestSupport
import Testing

@testable import reelhouse

/// The note that is printed when the shown marts are out of date.
@Suite struct MartNoteTests {
    private static func run(_ id: Int64, _ outcome: RunOutcome) -> RunRecord {
        RunRecord(id: id, startedAt: 0, endedAt: nil, outcome: outcome, counts: LineCounts())
    }

    @Test(
        arguments: [
            (MartState(run: 4), run(4, .completed), nil),
            (MartState(run: 3), run(4, .failed), nil),
            (
                MartState(run: 3, isStale: true), run(4, .stopped),
                "The marts are as of run 3; run 4 stopped before they were brought up to date. Run `reelhouse run` again."
            ),
            (
                MartState(run: 3, isStale: true), run(4, .interrupted),
                "The marts are as of run 3; run 4 was killed before they were brought up to date. "
                    + "Run `reelhouse run` again."
            ),
            (
                MartState(isStale: true), run(1, .running),
                "The marts are out of date; run 1 is under way, or was killed. It brings them up to date; if it was killed, "
                    + "`reelhouse run` does."
            ),
            (
                MartState(isEmpty: true), nil,
                "The warehouse has no movies and no events yet. Load some with `reelhouse run`."
            ),
        ] as [(MartState, RunRecord?, String?)])
    func whatIsSaid(_ state: MartState, _ last: RunRecord?, _ expected: String?) {
        #expect(MartNote.text(state, lastRun: last) == expected)
    }

    /// One of an earlier version says nothing of its marts but what is left to do.
    @Test func anOlderWarehouseTellsWhatItCan() throws {
        let folder = try SampleLines.folder()
        _ = try Program.load(in: folder)
        try Database.change(
            path: folder.path("w.db"),
            "DROP TABLE load_mart_refresh; INSERT INTO load_stale_day (day) VALUES ('2026-11-20')")
        let result = try Program.run("report", "-w", "w.db", in: folder)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("The marts are out of date; run 1 ended before"), "\(result.output)")
    }
}
