import Domain
import Files
import TestSupport
import Testing

@testable import reelhouse

/// What `doctor` says of fetches.
@Suite struct FetchChecksTests {
    private static let today = CivilDate.days(year: 2026, month: 11, day: 28) ?? 0

    private static func findings(_ folder: TemporaryFolder, _ variables: [String: String] = [:]) -> [Finding] {
        FetchChecks.findings(
            Variables(environment: variables), today: today, output: folder.path("movies"),
            state: folder.path("fetched"))
    }

    @Test func withoutAKeyAndAFetchNothingIsSaid() throws {
        #expect(Self.findings(try TemporaryFolder()).isEmpty)
    }

    @Test func theKeyIsNamedAndNotShown() throws {
        let findings = Self.findings(try TemporaryFolder(), ["TMDB_API_KEY": "s3cret-key"])
        #expect(findings.map(\.outcome) == [.ok])
        #expect(findings[0].detail == "TMDB_API_KEY is set in the environment")
    }

    @Test(arguments: [(30, .ok), (200, .warn)] as [(Int32, Finding.Outcome)])
    func documentsThatAreTooOldAreTold(_ days: Int32, _ outcome: Finding.Outcome) throws {
        let folder = try TemporaryFolder()
        let store = try FetchFolder(
            output: folder.path("movies"), state: folder.path("fetched"), key: "0123456789abcdef")
        try store.replaceSeen { old, write in
            guard old == nil else { return }
            for id: Int64 in 1...3 {
                let day = Self.today - (id == 2 ? days : 1)
                try write(SeenMovie(movieID: id, asked: day, seen: day, gone: nil, fingerprint: 7))
            }
        }
        let findings = Self.findings(folder)
        #expect(findings.map(\.outcome) == [outcome])
        if outcome == .warn { #expect(findings[0].detail.hasPrefix("1 movie was fetched more than six months ago")) }
    }

    @Test func anUnfinishedFetchOfAnotherDayIsTold() throws {
        let folder = try TemporaryFolder()
        let store = try FetchFolder(
            output: folder.path("movies"), state: folder.path("fetched"), key: "0123456789abcdef")
        try store.begin(
            FetchPlan(key: "0123456789abcdef", arguments: ["--popular=3"], day: Self.today - 2, started: 0))
        let findings = Self.findings(folder)
        #expect(findings.map(\.outcome) == [.warn])
        #expect(findings[0].detail.contains("2026-11-26 is unfinished: --popular=3"))
    }
}
