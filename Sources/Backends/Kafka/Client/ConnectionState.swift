import CKafka

/// What a client's errors say about its connections. It does no I/O.
///
/// librdkafka connects again by itself after every loss, for ever; so somebody has to decide when it is enough.
struct ConnectionState {
    /// An error after which waiting is of no use: a wrong password, a certificate that does not match, a missing right to
    /// write.
    private(set) var refusal: KafkaError?
    /// The last failure of a connection since something succeeded.
    private(set) var lastLoss: KafkaError?
    /// Since when no broker is connected, in seconds of a clock; nil when one may be.
    private(set) var downSince: Double?

    /// Adds an error of the client.
    ///
    /// - Parameters:
    ///   - isAllDown: whether it says that no broker is connected.
    ///   - isFatal: whether the client can do no more.
    mutating func add(_ error: KafkaError, isAllDown: Bool, isFatal: Bool = false, at now: Double) {
        if isFatal {
            if refusal == nil { refusal = error }
            return
        }
        if isAllDown {
            if downSince == nil { downSince = now }
            if lastLoss == nil { lastLoss = error }
            return
        }
        switch error.problem {
        case .authentication, .encryption, .fatal:
            if refusal == nil { refusal = error }
        case .unreachable, .unknownHost:
            lastLoss = error
        default: break
        }
    }

    /// Something came from a broker.
    mutating func succeeded() {
        lastLoss = nil
        downSince = nil
    }

    /// Why waiting is of no use any more; nil as long as it is.
    ///
    /// - Parameters:
    ///   - since: when the waiting began.
    ///   - limit: for how long it may last, in seconds.
    ///   - downLimit: for how long it may last while no broker is connected, in seconds.
    func failure(waitingSince since: Double, now: Double, limit: Double, downLimit: Double) -> KafkaError? {
        if let refusal { return refusal }
        if let downSince, now - max(since, downSince) >= downLimit {
            return (lastLoss ?? KafkaError(.unreachable, "no broker is connected")).afterWaiting(now - since)
        }
        guard now - since >= limit else { return nil }
        return lastLoss?.afterWaiting(now - since) ?? KafkaError(.unreachable, "no answer within \(Int(limit)) s")
    }
}
