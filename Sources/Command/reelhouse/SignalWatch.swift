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

    /// Those of the program: a second signal ends it also where another watch got the first.
    static let ofProgram = StopRequests()

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

extension StopSignal.Reason {
    /// That of the signal which asked the program to stop; nil when none did.
    static var requested: StopSignal.Reason? {
        StopRequest.isMade ? (StopRequest.isInterrupt ? .interrupt : .terminate) : nil
    }
}

/// Turns SIGINT, SIGTERM and SIGHUP into a stop at the next commit; a second one ends the program at once, unless it
/// comes within half a second. SIGUSR1 shows the state.
final class SignalWatch {
    private let queue = DispatchQueue(label: "reelhouse.signals")
    private let stop: StopSignal
    private let receiver: SignalReceiver
    private var timer: (any DispatchSourceTimer)?

    /// - Parameter announcement: what is said when a signal has asked for the stop.
    init(
        stop: StopSignal, console: Console, latest: LatestProgress,
        announcement: String = "Stopping at the next commit; once more stops at once."
    ) {
        self.stop = stop
        let requests = StopRequests.ofProgram
        let handler = { (reason: StopSignal.Reason) -> @Sendable () -> Void in
            {
                switch requests.request(at: .now) {
                case .same: break
                case .end: _exit(reason == .interrupt ? ExitStatus.interrupted.code : ExitStatus.terminated.code)
                case .stop:
                    stop.request(reason)
                    StopRequest.make(isInterrupt: reason == .interrupt)
                    console.say(announcement)
                }
            }
        }
        var handlers: [Int32: @Sendable () -> Void] = [
            SIGINT: handler(.interrupt), SIGTERM: handler(.terminate),
            SIGUSR1: { console.progress.report(latest.value) },
        ]
        // Under `nohup`, SIGHUP is ignored, and a run goes on after its terminal is closed.
        if !SignalReceiver.isIgnored(SIGHUP) { handlers[SIGHUP] = handler(.terminate) }
        receiver = SignalReceiver(handlers, on: queue)
        // Another watch got it before this one began.
        if let reason = StopSignal.Reason.requested { stop.request(reason) }
    }

    /// Asks for a stop after some time.
    func requestStop(after duration: Duration) {
        let timer = DispatchSource.makeTimerSource(queue: queue)
        let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
        timer.schedule(deadline: .now() + seconds)
        timer.setEventHandler { [stop] in stop.request(.duration) }
        timer.resume()
        self.timer = timer
    }

    /// Ends the handling of signals.
    func cancel() {
        receiver.cancel()
        timer?.cancel()
        timer = nil
    }
}
