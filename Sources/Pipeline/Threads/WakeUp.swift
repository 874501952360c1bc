import Dispatch

/// Lets one thread wait for a signal of any of several others.
///
/// A signal that comes while no thread waits is kept, so that none is missed.
final class WakeUp: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    /// Wakes the waiting thread, or the next one that waits.
    func signal() { semaphore.signal() }

    /// Waits for a signal.
    ///
    /// - Returns: whether one came in time.
    func wait(milliseconds: Int) -> Bool { semaphore.wait(timeout: .now() + .milliseconds(milliseconds)) == .success }
}
