import Testing

@testable import Domain

/// Which snapshots are kept: a function of names, dates and what is whole.
@Suite struct SnapshotRetentionTests {
    private static func decisions(
        _ names: [String], _ rule: SnapshotRetention, damaged: Set<String> = [], bases: [String: String] = [:]
    ) -> [String: SnapshotRetention.Decision] {
        let candidates = names.compactMap { SnapshotRetention.Candidate(name: $0, base: bases[$0]) }
        let decided = rule.decisions(candidates) { !damaged.contains($0.name) }
        return Dictionary(uniqueKeysWithValues: decided.map { ($0.candidate.name, $0.decision) })
    }

    private static func kept(_ decisions: [String: SnapshotRetention.Decision]) -> [String] {
        decisions.filter { if case .kept = $0.value { true } else { false } }.keys.sorted()
    }

    /// The days of November 2026; the 1st is a Sunday.
    private static let november = (1...28).map { "2026-11-\($0 < 10 ? "0" : "")\($0)" }

    struct Case: Sendable {
        var rule: SnapshotRetention
        var kept: [String]
    }

    @Test(arguments: [
        Case(rule: .init(), kept: ["2026-11-28"]),
        Case(rule: .init(daily: 1), kept: ["2026-11-28"]),
        Case(rule: .init(daily: 3), kept: ["2026-11-26", "2026-11-27", "2026-11-28"]),
        // The last of each week, which ends on Sunday.
        Case(rule: .init(weekly: 3), kept: ["2026-11-15", "2026-11-22", "2026-11-28"]),
        Case(rule: .init(weekly: 9), kept: ["2026-11-01", "2026-11-08", "2026-11-15", "2026-11-22", "2026-11-28"]),
        Case(rule: .init(monthly: 5), kept: ["2026-11-28"]),
        Case(rule: .init(daily: 2, weekly: 2, monthly: 2), kept: ["2026-11-22", "2026-11-27", "2026-11-28"]),
    ])
    func theLastOfEachPeriodIsKept(_ sample: Case) {
        let decisions = Self.decisions(Self.november, sample.rule)
        #expect(Self.kept(decisions) == sample.kept)
        #expect(decisions.values.filter { $0 == .removed }.count == 28 - sample.kept.count)
    }

    @Test func daysWithoutSnapshotsDoNotCount() {
        let names = ["2026-01-31", "2026-03-02", "2026-03-05", "2026-11-28"]
        #expect(Self.kept(Self.decisions(names, .init(daily: 3))) == ["2026-03-02", "2026-03-05", "2026-11-28"])
        #expect(Self.kept(Self.decisions(names, .init(monthly: 2))) == ["2026-03-05", "2026-11-28"])
    }

    @Test func theLastNumberOfADayIsItsLast() {
        let names = ["2026-11-27", "2026-11-28", "2026-11-28-2", "2026-11-28-10", "2026-11-27-2"]
        #expect(Self.kept(Self.decisions(names, .init(daily: 2))) == ["2026-11-27-2", "2026-11-28-10"])
    }

    @Test func aDamagedOneDoesNotCountAndStays() {
        let damaged: Set = ["2026-11-28", "2026-11-26"]
        let decisions = Self.decisions(Self.november, .init(daily: 2), damaged: damaged)
        #expect(Self.kept(decisions) == ["2026-11-25", "2026-11-27"])
        #expect(decisions["2026-11-28"] == .damaged && decisions["2026-11-26"] == .damaged)
        #expect(decisions["2026-11-24"] == .removed)
    }

    @Test func theLastGoodOneIsNeverRemoved() {
        let damaged = Set(Self.november.dropFirst(1))
        for rule in [SnapshotRetention(), .init(daily: 5), .init(monthly: 1)] {
            let decisions = Self.decisions(Self.november, rule, damaged: damaged)
            #expect(Self.kept(decisions) == ["2026-11-01"])
            #expect(!decisions.values.contains(.removed))
        }
    }

    @Test func whatAKeptOneWasComparedWithIsKept() {
        let bases = ["2026-11-28": "2026-11-05", "2026-11-27": "2026-11-06"]
        let decisions = Self.decisions(Self.november, .init(daily: 1), bases: bases)
        #expect(Self.kept(decisions) == ["2026-11-05", "2026-11-28"])
        // Without a good base it is of no use.
        let lost = Self.decisions(Self.november, .init(daily: 1), damaged: ["2026-11-05"], bases: bases)
        #expect(Self.kept(lost) == ["2026-11-06", "2026-11-27"] && lost["2026-11-28"] == .damaged)
        // It stays beside the damaged one, whichever of them is damaged.
        #expect(lost["2026-11-05"] == .damaged)
        let own = Self.decisions(Self.november, .init(daily: 1), damaged: ["2026-11-28"], bases: bases)
        #expect(Self.kept(own) == ["2026-11-05", "2026-11-06", "2026-11-27"] && own["2026-11-28"] == .damaged)
    }

    /// A link that somebody has put there is none of the snapshots, but may be what one was compared with.
    @Test func aLinkIsNotDecidedAbout() {
        let candidates = [
            SnapshotRetention.Candidate(name: "2026-12-01", isLink: true),
            .init(name: "2026-11-28", base: "2026-11-20"), .init(name: "2026-11-27"),
            .init(name: "2026-11-20", isLink: true),
        ].compactMap { $0 }
        for rule in [SnapshotRetention(), .init(daily: 1)] {
            let decided = rule.decisions(candidates) { _ in true }
            #expect(decided.map(\.candidate.name) == ["2026-11-28", "2026-11-27"])
            #expect(decided.map { $0.decision == .removed } == [false, true])
        }
        let lost = SnapshotRetention(daily: 1).decisions(candidates) { $0.name != "2026-11-20" }
        #expect(lost.map(\.decision) == [.damaged, .kept(["newest", "daily"])])
    }

    @Test func onlyThoseThatWouldBeKeptAreRead() {
        var read: [String] = []
        let candidates = Self.november.compactMap { SnapshotRetention.Candidate(name: $0) }
        _ = SnapshotRetention(daily: 2).decisions(candidates) {
            read.append($0.name)
            return true
        }
        #expect(read == ["2026-11-28", "2026-11-27"])
    }

    @Test(arguments: [
        "2026-11-28-1", "2026-11-28-02", "2026-11-28-", "2026-11-31", "2026-11-28a", ".export.1.part", "movies", "",
        "2026-11-28_2",
    ])
    func otherNamesAreNone(_ name: String) { #expect(SnapshotRetention.Candidate(name: name) == nil) }
}
