/// Decides for how long outcomes are waited for. It does no I/O.
struct DeliveryWatch {
    /// The most seconds without an outcome, while a broker is connected and while none is.
    static let limits = (connected: 60.0, down: 10.0)

    /// How many messages have no outcome.
    private(set) var inFlight = 0
    /// Since when an outcome is waited for.
    private var since = 0.0

    /// A message was sent.
    mutating func sent(at now: () -> Double) {
        if inFlight == 0 { since = now() }
        inFlight += 1
    }

    /// Some messages have their outcome.
    mutating func settled(_ count: Int, at now: Double) {
        if count == 0 { return }
        inFlight -= count
        since = now
    }

    /// Why waiting is of no use any more; nil as long as it is.
    func failure(_ connections: ConnectionState, at now: Double) -> KafkaError? {
        if let refusal = connections.refusal { return refusal }
        guard inFlight > 0 else { return nil }
        return connections.failure(
            waitingSince: since, now: now, limit: Self.limits.connected, downLimit: Self.limits.down)
    }
}
