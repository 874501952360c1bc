import Domain
import Testing

@testable import Kafka

/// When a wait for a broker ends, and why.
@Suite struct ConnectionStateTests {
    private static let refused = KafkaError(.unreachable, "refused")
    private static let password = KafkaError(.authentication, "wrong password")

    private func failure(_ state: ConnectionState, since: Double = 0, now: Double) -> KafkaProblem? {
        state.failure(waitingSince: since, now: now, limit: 20, downLimit: 5)?.problem
    }

    @Test func anAnswerIsAwaitedForItsTime() {
        let state = ConnectionState()
        #expect(failure(state, now: 19) == nil)
        #expect(failure(state, now: 20) == .unreachable)
        #expect(failure(state, since: 15, now: 34) == nil)
    }

    @Test func withoutAnyBrokerTheTimeIsShorter() {
        var state = ConnectionState()
        state.add(Self.refused, isAllDown: false, at: 1)
        #expect(failure(state, now: 8) == nil)
        state.add(KafkaError(.unreachable, "all down"), isAllDown: true, at: 2)
        state.add(KafkaError(.unreachable, "all down"), isAllDown: true, at: 4)
        #expect(failure(state, now: 6) == nil)
        // The words of the loss say more than that all are down.
        #expect(state.failure(waitingSince: 0, now: 7, limit: 20, downLimit: 5)?.words == "refused")
        // A wait that begins later has its own time.
        #expect(failure(state, since: 6, now: 10) == nil)
        state.succeeded()
        #expect(failure(state, now: 10) == nil && state.lastLoss == nil)
    }

    @Test func whatWaitingCannotMendEndsItAtOnce() {
        var state = ConnectionState()
        state.add(Self.password, isAllDown: false, at: 0)
        state.add(Self.refused, isAllDown: false, at: 0)
        #expect(failure(state, now: 0) == .authentication)
        state.succeeded()
        #expect(failure(state, now: 0) == .authentication)
    }

    @Test func whatABrokerAdvertisesIsNamedBesideWhatWasAsked() throws {
        let topic = KafkaTopic(
            cluster: "c", name: "t", brokers: [.init(id: 7, address: "inner.example:9094")], partitions: [])
        let location = try KafkaLocation("kafka://outer.example/t", environment: [:])
        let hint = KafkaSet.explained(Self.refused, topic, location).hint
        #expect(hint.contains("outer.example:9092") && hint.contains("broker 7 at inner.example:9094"))
        #expect(KafkaSet.explained(Self.password, topic, location).hint == Self.password.hint)
    }

    @Test func aMissingRightEndsAWaitOnlyWhereTheClientCanDoNoMore() {
        var state = ConnectionState()
        state.add(KafkaError(.permission, "no right to write"), isAllDown: false, isFatal: true, at: 0)
        #expect(failure(state, now: 0) == .permission)
        state.succeeded()
        #expect(failure(state, now: 0) == .permission)
    }

    @Test func otherErrorsSayNothingOfTheConnection() {
        var state = ConnectionState()
        state.add(KafkaError(.permission, "no right"), isAllDown: false, at: 0)
        #expect(state.lastLoss == nil && state.refusal == nil && failure(state, now: 19) == nil)
    }
}
