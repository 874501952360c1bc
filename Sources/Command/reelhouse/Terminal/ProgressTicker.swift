import Dispatch

/// Asks work how far it is, ten times a second on a thread of its own, and shows it. The time that has gone by thus goes
/// on even where the work is silent for a while.
final class ProgressTicker {
    /// None where nothing would be shown.
    private let timer: (any DispatchSourceTimer)?
    private let queue: DispatchQueue

    /// Begins at once.
    init(_ line: ProgressLine, poll: @escaping @Sendable () -> WorkProgress) {
        queue = DispatchQueue(label: "reelhouse.progress")
        guard line.settings.mode != .off else {
            timer = nil
            return
        }
        let timer = DispatchSource.makeTimerSource(queue: queue)
        timer.schedule(deadline: .now() + .milliseconds(100), repeating: .milliseconds(100), leeway: .milliseconds(10))
        timer.setEventHandler { line.update(poll()) }
        timer.resume()
        self.timer = timer
    }

    /// Ends it; when this returns, nothing is being shown any more.
    func stop() {
        timer?.cancel()
        queue.sync {}
    }

    deinit { timer?.cancel() }
}
