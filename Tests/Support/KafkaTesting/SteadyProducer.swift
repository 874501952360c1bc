import Foundation

/// Sends records to a topic at a steady rate, on a thread of its own, to its partitions in turn.
///
/// ```
/// let producer = try SteadyProducer(topic, partitions: 3, perSecond: 2000) { TestRecord("{\"n\":\($0)}") }
/// // … a test …
/// let sent = try producer.stop()   // records 0 ..< sent are in the topic
/// ```
public final class SteadyProducer: @unchecked Sendable {
    // Sendable because the lock guards what changes.
    private let lock = NSLock()
    private var isStopped = false
    private var sentCount = 0
    private var failure: (any Error)?
    private let hasEnded = DispatchSemaphore(value: 0)

    /// Begins to send.
    ///
    /// - Parameters:
    ///   - perSecond: how many records a second; they are sent in ten pieces a second.
    ///   - record: makes a record from its number, from 0.
    public init(
        _ topic: TestTopic, partitions: Int, perSecond: Int, record: @escaping @Sendable (Int) -> TestRecord
    ) throws {
        let producer = try TestProducer(topic.address)
        let (name, count) = (topic.name, max(1, perSecond / 10))
        Thread.detachNewThread {
            defer { self.hasEnded.signal() }
            var next = 0
            var due = ContinuousClock.now
            while !self.lock.withLock({ self.isStopped }) {
                do {
                    var records = [[TestRecord]](repeating: [], count: partitions)
                    for number in next..<next + count { records[number % partitions].append(record(number)) }
                    for (partition, records) in records.enumerated() {
                        try producer.send(records, to: name, partition: Int32(partition))
                    }
                } catch {
                    self.lock.withLock { self.failure = error }
                    return
                }
                next += count
                self.lock.withLock { self.sentCount = next }
                due += .milliseconds(100)
                let wait = (due - .now) / .microseconds(1)
                if wait > 0 { usleep(UInt32(wait)) }
            }
        }
    }

    /// How many records are in the topic so far.
    public var sent: Int { lock.withLock { sentCount } }

    /// Stops.
    ///
    /// - Returns: how many records were sent.
    /// - Throws: why it stopped earlier.
    public func stop() throws -> Int {
        lock.withLock { isStopped = true }
        hasEnded.wait()
        if let failure = lock.withLock({ failure }) { throw failure }
        return sent
    }
}
