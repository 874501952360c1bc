import Dispatch

/// What a thread waits on that is fed by several others: each of them signals when there may be something new.
///
/// A signal that comes while nobody waits is kept, so that none is missed.
final class WakeUp: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    /// Says that there may be something new.
    func signal() { semaphore.signal() }

    /// Waits for a signal.
    ///
    /// - Returns: whether one came in time.
    func wait(milliseconds: Int) -> Bool { semaphore.wait(timeout: .now() + .milliseconds(milliseconds)) == .success }
}
