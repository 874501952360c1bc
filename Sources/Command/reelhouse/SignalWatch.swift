import Dispatch
import Domain
import Glibc
import Pipeline
import Synchronization

/// The last progress that a command has reported.
final class LatestProgress: Sendable {
    private let state = Mutex(WorkProgress(label: "starting"))

    var value: WorkProgress {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

/// Decides what a signal asks for. A second signal ends the program, unless it was sent together with the first.
final class StopRequests: Sendable {
    /// What a signal asks for.
    enum Request: Equatable {
        /// A stop at the next commit.
        case stop
        /// Nothing: the signal was sent together with the first.
        case same
        /// The immediate end of the program.
        case end
    }

    /// `timeout` sends a signal to its child and then to the child's group, and a terminal that closes and its shell
    /// send one each: signals this close together are one request.
    static let together = Duration.milliseconds(500)

    private let first = Mutex<ContinuousClock.Instant?>(nil)

    /// Decides what a signal that came at an instant asks for.
    func request(at instant: ContinuousClock.Instant) -> Request {
        first.withLock { first in
            guard let begin = first else {
                first = instant
                return .stop
            }
            return instant - begin < Self.together ? .same : .end
        }
    }
}

/// Turns SIGINT, SIGTERM and SIGHUP into a stop at the next commit; a second one ends the program at once, unless it
/// comes within half a second. SIGUSR1 shows the state.
final class SignalWatch {
    private let queue = DispatchQueue(label: "reelhouse.signals")
    private let stop: StopSignal
    private let console: Console
    private let announcement: String
    private let requests = StopRequests()
    private var sources: [any DispatchSourceProtocol] = []

    /// - Parameter announcement: what is said when a signal has asked for the stop.
    init(
        stop: StopSignal, console: Console, latest: LatestProgress,
        announcement: String = "Stopping at the next commit; once more stops at once."
    ) {
        self.stop = stop
        self.announcement = announcement
        self.console = console
        watch(SIGINT, .interrupt)
        watch(SIGTERM, .terminate)
        // Under `nohup`, SIGHUP is ignored, and a run goes on after its terminal is closed.
        if !WorkWatch.isIgnored(SIGHUP) { watch(SIGHUP, .terminate) }
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

    /// Ends the handling of signals.
    func cancel() {
        for source in sources { source.cancel() }
        sources = []
    }

    private func watch(_ number: Int32, _ reason: StopSignal.Reason) {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
        source.setEventHandler { [requests, stop, console, announcement] in
            switch requests.request(at: .now) {
            case .same: break
            case .end: _exit(reason == .interrupt ? ExitStatus.interrupted.code : ExitStatus.terminated.code)
            case .stop:
                stop.request(reason)
                StopRequest.make()
                console.say(announcement)
            }
        }
        source.resume()
        sources.append(source)
    }
}
