import Dispatch
import Glibc
import Pipeline
import Synchronization

/// The last progress that a run told of, for the line that shows it.
final class LatestProgress: Sendable {
    private let state = Mutex(WorkProgress(label: "starting"))

    var value: WorkProgress {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

/// Turns signals into a stop at the next commit; a second one ends the program at once. SIGUSR1 shows the state.
final class SignalWatch {
    private let queue = DispatchQueue(label: "reelhouse.signals")
    private let stop: StopSignal
    private let console: Console
    private var sources: [any DispatchSourceProtocol] = []

    init(stop: StopSignal, console: Console, latest: LatestProgress) {
        self.stop = stop
        self.console = console
        watch(SIGINT, .interrupt)
        watch(SIGTERM, .terminate)
        signal(SIGUSR1, SIG_IGN)
        let state = DispatchSource.makeSignalSource(signal: SIGUSR1, queue: queue)
        state.setEventHandler { console.progress.report(latest.value) }
        state.resume()
        sources.append(state)
    }

    /// Asks for a stop after some time.
    func requestStop(after duration: Duration) {
        let timer = DispatchSource.makeTimerSource(queue: queue)
        let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
        timer.schedule(deadline: .now() + seconds)
        timer.setEventHandler { [stop] in stop.request(.duration) }
        timer.resume()
        sources.append(timer)
    }

    /// Gives the signals back.
    func cancel() {
        for source in sources { source.cancel() }
        sources = []
    }

    private func watch(_ number: Int32, _ reason: StopSignal.Reason) {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
        source.setEventHandler { [stop, console] in
            if stop.reason == .interrupt || stop.reason == .terminate { _exit(128 + number) }
            stop.request(reason)
            console.say("Stopping at the next commit; once more stops at once.")
        }
        source.resume()
        sources.append(source)
    }
}
