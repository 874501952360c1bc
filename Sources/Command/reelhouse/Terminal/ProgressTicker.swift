import Dispatch

/// Shows the progress of work ten times a second, from its own thread. So the elapsed time is up to date also while the
/// work reports nothing.
final class ProgressTicker {
    /// Nil if progress is not shown.
    private let timer: (any DispatchSourceTimer)?
    private let queue: DispatchQueue

    /// Starts the ticker.
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

    /// Stops the ticker. Nothing is shown after the return.
    func stop() {
        timer?.cancel()
        queue.sync {}
    }

    deinit { timer?.cancel() }
}
