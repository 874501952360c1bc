import CKafka
import Domain
import Glibc

/// Commits a group's offsets, which tell monitors how far a topic is loaded; they are never read back. Nothing waits for
/// the answers but the end. Used by one thread.
final class GroupOffsets {
    private let topic: String
    private let handle: KafkaHandle
    private let answers: OpaquePointer?
    private var pending = 0
    /// The offset of each partition that was to be committed last.
    private var latest: [Int32: Int64] = [:]
    /// Whether a commit failed, so that the next one commits all of them.
    private var hasFailed = false
    /// Whether offsets were left to a later commit, since too many answers are missing.
    private var isBehind = false
    /// Why the last commit failed; nil when it did not.
    private(set) var refusal: KafkaError?

    /// How many answers may be missing. A coordinator that is slower than the commits gets fewer of them, so that the end
    /// does not wait for what is out of date.
    private static let mostPending = 8

    /// Offsets of a topic.
    ///
    /// - Parameter handle: a client with the role `.reading`.
    init(_ handle: KafkaHandle, topic: String) {
        self.handle = handle
        self.topic = topic
        answers = rd_kafka_queue_new(handle.pointer)
    }

    deinit { if let answers { rd_kafka_queue_destroy(answers) } }

    /// What a run says of offsets that could not be committed.
    static func remark(_ error: KafkaError, topic: String) -> SourceRemark {
        SourceRemark(
            name: topic,
            reason:
                "\(opening) (\(error.message)); only monitors of its lag need them, since "
                + "the position is in the warehouse")
    }

    /// Whether both remarks say that the offsets of the same topic could not be committed.
    static func isSame(_ first: SourceRemark, _ second: SourceRemark) -> Bool {
        first.name == second.name && first.reason.hasPrefix(opening) && second.reason.hasPrefix(opening)
    }

    private static let opening = "the group's offsets could not be committed"

    /// Commits the offsets of partitions.
    func commit(_ offsets: [(partition: Int32, offset: Int64)]) {
        if offsets.isEmpty { return }
        for (partition, offset) in offsets { latest[partition] = offset }
        takeAnswers(waiting: 0)
        dropOtherEvents()
        if pending >= GroupOffsets.mostPending { isBehind = true } else { send(hasFailed || isBehind ? all : offsets) }
    }

    private var all: [(partition: Int32, offset: Int64)] { latest.map { ($0.key, $0.value) } }

    private func send(_ offsets: [(partition: Int32, offset: Int64)]) {
        guard let answers else { return }
        (hasFailed, isBehind) = (false, false)
        let list = PartitionList(topic: topic, offsets)
        // The answer comes as an event; librdkafka wants a callback all the same.
        let code = rd_kafka_commit_queue(handle.pointer, list.pointer, answers, { _, _, _, _ in }, nil)
        if code == RD_KAFKA_RESP_ERR_NO_ERROR { pending += 1 } else { note(KafkaError(code)) }
    }

    /// Waits for the answers that are missing, and commits again what failed, such as while the group's coordinator was
    /// starting.
    ///
    /// - Parameters:
    ///   - wait: decides for how long.
    ///   - isStopping: whether the program was asked to stop.
    func finish(_ wait: FinalCommit, isStopping: () -> Bool) {
        if isBehind { send(all) }
        while !isStopping() {
            switch wait.step(pending: pending, refusal: refusal, at: KafkaClient.now) {
            case .wait: takeAnswers(waiting: 50)
            case .again:
                usleep(100_000)
                send(all)
            case .giveUp: return note(KafkaError(.unreachable, "the group's coordinator has not answered"))
            case .end: return
            }
        }
    }

    /// Nobody else takes the errors and log lines of this client. What is wrong shows in the answers.
    private func dropOtherEvents() {
        for queue in [handle.events, handle.records] {
            while let queue, KafkaEvent.next(of: queue, milliseconds: 0) != nil {}
        }
    }

    private func takeAnswers(waiting milliseconds: Int32) {
        guard let answers else { return }
        while pending > 0, let event = KafkaEvent.next(of: answers, milliseconds: milliseconds) {
            guard event.kind == RD_KAFKA_EVENT_OFFSET_COMMIT else { continue }
            pending -= 1
            if let error = event.error { note(error) }
            if pending == 0, !hasFailed { refusal = nil }
        }
    }

    private func note(_ error: KafkaError) {
        // Without records there is nothing to commit.
        if error.code == "_NO_OFFSET" { return }
        (hasFailed, refusal) = (true, error)
    }
}
