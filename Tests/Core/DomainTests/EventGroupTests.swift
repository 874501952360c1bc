import Testing

@testable import Domain

/// What becomes of events of one identity (contract §3), within a batch, across batches and against the warehouse.
@Suite struct EventGroupTests {
    private static let id = #""0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e11""#
    private static func score(_ score: String, id: String = id, time: String = "1763661802517") -> String {
        event("rate", "{\"score\":\(score)}", ["event_id": id, "event_time": time])
    }

    /// The outcomes by batch and line, in the order of the lines.
    private func outcomes(_ batches: [[String]], standing: UInt64? = nil) throws -> [[String]] {
        let batches = try batches.map { try eventBatch($0) }
        let group = EventGroup(batches)
        if let standing {
            for candidate in 0..<group.candidateCount {
                group.markStanding(candidate: candidate, contentHash: standing)
            }
        }
        var result = batches.map { Array(repeating: "?", count: $0.rowCount) }
        group.forEachOutcome { batch, row, outcome in result[batch][Int(row.pointee.line)] = "\(outcome)" }
        return result
    }

    @Test func withinABatch() throws {
        #expect(
            try outcomes([[Self.score("5"), Self.score("5.0"), Self.score("6"), Self.score("5")]]) == [
                ["accepted", "duplicate", "conflict", "duplicate"]
            ])
    }

    @Test func acrossBatches() throws {
        #expect(
            try outcomes([[Self.score("6")], [Self.score("5"), Self.score("6")], [Self.score("6"), Self.score("5")]])
                == [
                    ["accepted"], ["conflict", "duplicate"], ["duplicate", "conflict"],
                ])
    }

    @Test func theFirstByLineStandsWhateverTheOrderOfIDs() throws {
        let other = #""00000000-0000-0000-0000-000000000001""#
        #expect(
            try outcomes([[Self.score("5"), Self.score("7", id: other), Self.score("6"), Self.score("7", id: other)]])
                == [
                    ["accepted", "accepted", "conflict", "duplicate"]
                ])
    }

    @Test func oneIDAtTwoTimesIsTwoFacts() throws {
        #expect(
            try outcomes([[Self.score("5"), Self.score("6", time: "1763661802518"), Self.score("5")]]) == [
                ["accepted", "accepted", "duplicate"]
            ])
    }

    @Test func whatStandsInTheWarehouseIsTheFirst() throws {
        let standing = try CleanEvent(Self.score("6")).row.contentHash
        #expect(
            try outcomes([[Self.score("5"), Self.score("6")], [Self.score("6")]], standing: standing) == [
                ["conflict", "duplicate"], ["duplicate"],
            ])
    }

    @Test func candidatesAreSortedAsTheWarehouseIs() throws {
        let ids = [
            "ffffffff-0000-0000-0000-000000000000", "7fffffff-0000-0000-0000-000000000000",
            "00000000-0000-0000-ffff-000000000000", "00000000-0000-0000-0000-000000000001",
        ]
        let lines = ids.map { Self.score("5", id: "\"\($0)\"") } + [Self.score("5", time: "1763661802516")]
        let group = EventGroup([try eventBatch(lines)])
        let sorted = (0..<group.candidateCount).map { index in
            let row = group.candidate(index).row.pointee
            return UUIDText.text(high: row.idHigh, low: row.idLow)
        }
        #expect(sorted == ["0b54f0c6-0d1c-4d3b-9a57-1f6b1a3c9e11"] + ids.reversed())
        #expect(group.accepted == [0, 1, 2, 3, 4])
        group.markStanding(candidate: 2, contentHash: 0)
        #expect(group.accepted == [0, 1, 3, 4])
    }

    @Test func allEventsOfARefusedIdentityAreRefused() throws {
        let lines = [Self.score("5"), Self.score("5"), Self.score("6"), Self.score("5", time: "1763661802518")]
        let group = EventGroup([try eventBatch(lines)])
        group.refuse(candidate: 0, message: "no")
        #expect(group.accepted == [1])
        var outcomes: [EventGroup.Outcome: Int] = [:]
        group.forEachOutcome { _, _, outcome in outcomes[outcome, default: 0] += 1 }
        #expect(outcomes == [.refused(message: "no"): 3, .accepted: 1])
    }

    @Test func noEventsAreNoCandidates() throws {
        #expect(EventGroup([]).candidateCount == 0)
        #expect(try outcomes([[], ["{"]]) == [[], []])
    }
}
