import Testing

@testable import Kafka

/// For how long the end of a reading waits until the group's offsets are committed.
@Suite struct FinalCommitTests {
    private static let loading = KafkaError(.unreachable, "it is loading")
    private static let forbidden = KafkaError(.permission, "it is refused")

    @Test(arguments: [
        // All is committed.
        (false, 0, nil, 0, FinalCommit.Step.end),
        // An answer is missing.
        (false, 1, nil, 0, .wait), (false, 1, nil, 19.9, .wait), (false, 1, nil, 20, .giveUp),
        // The coordinator is not ready yet.
        (false, 0, loading, 0, .again), (false, 2, loading, 0, .wait), (false, 0, loading, 19.9, .again),
        (false, 0, loading, 20, .end), (false, 1, loading, 20, .giveUp),
        // Waiting would be of no use.
        (false, 0, forbidden, 0, .end), (false, 1, forbidden, 0, .wait),
        // The brokers may be away.
        (true, 1, nil, 4.9, .wait), (true, 1, nil, 5, .giveUp), (true, 0, loading, 5, .end),
    ])
    func waitsAsLongAsItIsOfUse(
        _ hasFailed: Bool, _ pending: Int, _ refusal: KafkaError?, _ waited: Double, _ expected: FinalCommit.Step
    ) {
        let wait = FinalCommit(hasFailed: hasFailed, at: 1000)
        #expect(wait.step(pending: pending, refusal: refusal, at: 1000 + waited) == expected)
    }
}
