import Arguments
import Domain
import TestSupport
import Testing

@testable import reelhouse

/// The exit statuses of a run, and the sentence that goes with each.
@Suite struct RunEndingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var facts: RunEnding.Facts
        var status: CommandStatus
        var sentences: [String]

        var testDescription: String { "\(status): \(sentences)" }
    }

    private static func counts(_ read: Int64, rejected: Int64) -> LineCounts {
        var counts = LineCounts()
        (counts.read, counts.accepted, counts.rejected) = (read, read - rejected, rejected)
        return counts
    }

    private static let left = ["a", "b", "c", "d", "e"].map { RunEnding.Source(name: $0, isLeft: true) }
    private static let unread = ["v", "w", "x", "y"].map { RunEnding.Source(name: $0, isLeft: true, isUnread: true) }
    private static let damaged = RunEnding.Source(name: "a.zst", isDamaged: true)

    static let cases = [
        Case(facts: .init(), status: .done, sentences: []),
        Case(
            facts: .init(counts: counts(10, rejected: 9), sources: [.init(name: "a")]), status: .done, sentences: []),
        Case(
            facts: .init(stop: .duration, seconds: 10, sources: left), status: .stoppedInTime,
            sentences: [
                "Stopped by --max-duration after 10 s; a, b, c and 2 more are left. Run the same command again."
            ]),
        Case(
            facts: .init(stop: .duration, seconds: 10, sources: [.init(name: "z")] + left.prefix(1)),
            status: .stoppedInTime,
            sentences: ["Stopped by --max-duration after 10 s; a is left. Run the same command again."]),
        Case(
            facts: .init(stop: .duration, seconds: 90, sources: [.init(name: "a")]), status: .done,
            sentences: ["Stopped by --max-duration after 1 min 30 s, but every line was already loaded."]),
        Case(
            facts: .init(stop: .interrupt, sources: [.init(name: "-", isLeft: true)]), status: .interrupted,
            sentences: ["Interrupted: standard input was not read to its end."]),
        Case(
            facts: .init(
                stop: .terminate, sources: [.init(name: "logs/a/very/long/path/to/the/file.ndjson", isLeft: true)],
                nameWidth: 20), status: .terminated,
            sentences: ["Terminated; logs/a/…/file.ndjson is left. Run the same command again."]),
        // Sources that were read in part are named, unread ones are counted.
        Case(
            facts: .init(stop: .terminate, sources: left.prefix(1) + unread), status: .terminated,
            sentences: ["Terminated; a is left, 4 more were not looked at. Run the same command again."]),
        Case(
            facts: .init(stop: .terminate, sources: Array(left.prefix(2)) + unread.prefix(1)), status: .terminated,
            sentences: ["Terminated; a and b are left, 1 more was not looked at. Run the same command again."]),
        Case(
            facts: .init(stop: .interrupt, sources: unread), status: .interrupted,
            sentences: ["Interrupted; v is left, 3 more were not looked at. Run the same command again."]),
        Case(
            facts: .init(stop: .interrupt, sources: Array(unread.prefix(1))), status: .interrupted,
            sentences: ["Interrupted; v is left. Run the same command again."]),
        // What is only checked is in no quarantine.
        Case(
            facts: .init(
                task: .validation, sources: [damaged, .init(name: "b.csv", isUnsupported: true)]),
            status: .notAllTaken,
            sentences: [
                "a.zst is damaged: what could be read was checked. See `reelhouse explain damaged_file`.",
                "b.csv is not NDJSON. See `reelhouse explain unsupported_file`.",
            ]),
        Case(
            facts: .init(stop: .interrupt, sources: Array(left.prefix(2))), status: .interrupted,
            sentences: ["Interrupted; a and b are left. Run the same command again."]),
        Case(
            facts: .init(stop: .terminate, sources: [.init(name: "a")]), status: .terminated,
            sentences: ["Terminated, but every line was already loaded."]),
        Case(
            facts: .init(counts: counts(1200, rejected: 6), limit: .count(5)), status: .notAllTaken,
            sentences: ["6 of 1,200 lines (0.5%) were rejected, and --max-rejects allows 5."]),
        Case(facts: .init(counts: counts(1200, rejected: 5), limit: .count(5)), status: .done, sentences: []),
        Case(
            facts: .init(counts: counts(1000, rejected: 6), limit: Limit("0.05%")), status: .notAllTaken,
            sentences: ["6 of 1,000 lines (0.6%) were rejected, and --max-rejects allows 0.05%."]),
        Case(
            facts: .init(sources: [damaged]), status: .notAllTaken,
            sentences: [
                "a.zst is damaged: what could be read is loaded. See `reelhouse quarantine show --rule damaged_file`."
            ]),
        Case(
            facts: .init(sources: [.init(name: "movies.ndjson", isAllRejected: true)]), status: .notAllTaken,
            sentences: ["Every line of movies.ndjson was rejected."]),
        // A file that is cut in its first line has but its damage: it is told once.
        Case(
            facts: .init(sources: [.init(name: "a.zst", isDamaged: true, isAllRejected: true)]), status: .notAllTaken,
            sentences: [
                "a.zst is damaged: what could be read is loaded. See `reelhouse quarantine show --rule damaged_file`."
            ]),
        // The stop decides the exit status; the other reasons are printed too.
        Case(
            facts: .init(
                stop: .duration, seconds: 1, counts: counts(10, rejected: 6), sources: [damaged] + left.prefix(1),
                limit: .count(5)),
            status: .stoppedInTime,
            sentences: [
                "Stopped by --max-duration after 1.0 s; a is left. Run the same command again.",
                "6 of 10 lines (60%) were rejected, and --max-rejects allows 5.",
                "a.zst is damaged: what could be read is loaded. See `reelhouse quarantine show --rule damaged_file`.",
            ]),
        Case(
            facts: .init(stop: .duration, seconds: 1, sources: [damaged]), status: .notAllTaken,
            sentences: [
                "Stopped by --max-duration after 1.0 s, but every line was already loaded.",
                "a.zst is damaged: what could be read is loaded. See `reelhouse quarantine show --rule damaged_file`.",
            ]),
    ]

    @Test(arguments: cases)
    func statusAndSentences(_ test: Case) {
        let ending = RunEnding(test.facts)
        #expect(ending.status == test.status)
        #expect(ending.sentences == test.sentences)
    }

    @Test func everyStatusIsDeclared() {
        let all: [CommandStatus] = [
            .done, .failed, .usage, .notAllTaken, .inUse, .unreachable, .stoppedInTime, .interrupted, .terminated,
        ]
        #expect(CommandStatus.declared.map(\.code) == all.map { Int($0.code) })
    }

    /// End to end, as a job sees it.
    @Test func aFileOfTheOtherStreamIsNotTaken() throws {
        let folder = try SampleLines.folder()
        for arguments in [["run", "-w", "w.db", "--raw", "raw", "--quiet"], ["validate", "--quiet"]] {
            let result = try Program.start(
                arguments + ["--now", Program.now, "--events", "data/movies", "data/events"], in: folder
            ).wait()
            #expect(result.status == 3, "\(result.errors)")
            #expect(
                result.errors
                    == "warning: Every line of data/movies/2026-11-20.ndjson was rejected: these look like movies; "
                    + "use --movies.\n",
                "\(arguments)")
        }
        // It is loaded whole; in a later run it is no news.
        let again = try Program.run(
            "run", "-w", "w.db", "--raw", "raw", "--events", "data/movies", "--now", Program.now, in: folder)
        #expect(again.status == 0)
    }

    @Test func rejectedLinesAmongOthersAreNoReason() throws {
        let folder = try TemporaryFolder()
        try folder.write("a", SampleLines.clicks(1) + Array("broken\nbroken\n".utf8))
        let result = try Program.load("--events", "a", in: folder)
        #expect(result.count("exit_status") == 0)
        #expect(result.object["reasons"] as? [String] == [])
    }

    @Test func theReasonIsInTheJSON() throws {
        let result = try Program.load("--max-rejects", "4", in: SampleLines.folder(), status: 3)
        #expect(result.count("exit_status") == 3)
        #expect(
            result.object["reasons"] as? [String] == ["5 of 10 lines (50%) were rejected, and --max-rejects allows 4."])
    }

    @Test func anErrorIsSaidOnce() throws {
        let folder = try TemporaryFolder()
        try folder.write("a", SampleLines.clicks(10))
        _ = try Program.load("--events", "a", in: folder)
        try Database.change(path: folder.path("w.db"), "DROP TABLE users")
        try folder.write("b", SampleLines.clicks(10, from: 100))
        let result = try Program.run(
            "run", "-w", "w.db", "--raw", "raw", "--events", "b", "--now", Program.now, in: folder)
        #expect(result.status == 1)
        #expect(result.errors.split(separator: "\n").filter { $0.contains("users") }.count == 1, "\(result.errors)")
    }

    @Test(arguments: [["run", "-w", "w.db", "--raw", "raw"], ["validate"]])
    func ofTheDefaultFoldersThoseThatAreThereAreRead(_ arguments: [String]) throws {
        let words = arguments + ["--now", Program.now]
        let folder = try SampleLines.folder()
        try folder.write("elsewhere/data/events/a.ndjson", SampleLines.clicks(3))
        let inner = try ChildProcess(Program.path, words, currentFolder: folder.path("elsewhere")).wait()
        #expect(inner.status == 0, "\(inner.errors)")
        #expect(inner.errors == "")
        let none = try TemporaryFolder()
        let result = try Program.start(words, in: none).wait()
        #expect(result.status == 1)
        #expect(result.errors.contains("data/movies nor data/events"), "\(result.errors)")
        #expect(result.errors.contains("reelhouse generate"))
        #expect(none.names() == [])
    }
}
