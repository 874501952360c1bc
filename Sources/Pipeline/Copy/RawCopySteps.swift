/// Decides in what steps a raw store is copied: when the movies that were read are compared with those of the target, and
/// when what was put is made durable. It does no I/O and knows no clock.
///
///     var steps = RawCopySteps()
///     steps.read(bytes: 2000)          // a document waits for the comparison
///     if steps.isBatchFull { …; steps.compared() }
///     steps.put(bytes: 2000, at: now)
///     if steps.isFlushDue(at: now) { …; steps.flushed(at: now) }
struct RawCopySteps {
    /// The most documents or references that wait. A folder has a file for each thousand ids, so that more would not be
    /// quicker.
    static let mostWaiting = 1000

    private let batchBytes: Int
    private let flushBytes: Int
    private let flushSeconds: Double
    private var waiting = 0
    private var waitingBytes = 0
    private var unflushedBytes = 0
    private var lastFlush: Double?

    /// - Parameters:
    ///   - batchBytes: the memory for documents that wait; a larger one is alone.
    ///   - flushBytes: how much is put before it is made durable.
    ///   - flushSeconds: after how many seconds it is made durable.
    init(batchBytes: Int = 8 << 20, flushBytes: Int = 64 << 20, flushSeconds: Double = 5) {
        self.batchBytes = batchBytes
        self.flushBytes = flushBytes
        self.flushSeconds = flushSeconds
    }

    /// Whether the documents that wait are to be compared and put.
    var isBatchFull: Bool { waiting >= Self.mostWaiting || waitingBytes >= batchBytes }

    /// Whether something was put that is not durable yet.
    var isUnflushed: Bool { unflushedBytes > 0 }

    /// A document was read and waits.
    mutating func read(bytes: Int) {
        waiting += 1
        waitingBytes += bytes
    }

    /// The documents that waited were compared.
    mutating func compared() { (waiting, waitingBytes) = (0, 0) }

    /// Something was put.
    ///
    /// - Parameter now: seconds since a fixed moment.
    mutating func put(bytes: Int, at now: Double) {
        lastFlush = lastFlush ?? now
        // What is empty has to be made durable too.
        unflushedBytes += bytes + 1
    }

    /// Whether what was put is to be made durable.
    func isFlushDue(at now: Double) -> Bool {
        guard isUnflushed, let lastFlush else { return false }
        return unflushedBytes >= flushBytes || now - lastFlush >= flushSeconds
    }

    /// What was put is durable.
    mutating func flushed(at now: Double) {
        unflushedBytes = 0
        lastFlush = now
    }
}
