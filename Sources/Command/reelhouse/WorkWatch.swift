import Dispatch
import Domain
import Files
import Glibc

/// Handles the signals of a command that does not stop at a commit. SIGUSR1 prints the progress. A signal that ends the
/// command removes unfinished files and lets backends cancel their statements first. Commands that stop at a commit use
/// `SignalWatch` instead.
final class WorkWatch {
    private let receiver: SignalReceiver

    /// Begins to handle signals.
    init(console: Console, latest: LatestProgress) {
        var handlers: [Int32: @Sendable () -> Void] = [SIGUSR1: { console.progress.report(latest.value) }]
        for number in [SIGINT, SIGTERM, SIGHUP] where !SignalReceiver.isIgnored(number) {
            handlers[number] = {
                UnfinishedFiles.remove()
                Self.waitForStatements()
                // The signal's default action ends the program, so that a shell sees which signal ended it.
                signal(number, SIG_DFL)
                kill(getpid(), number)
            }
        }
        receiver = SignalReceiver(handlers, on: DispatchQueue(label: "reelhouse.signals"))
    }

    /// Waits until backends have cancelled their statements, for at most five seconds; for a third of a second where
    /// none of them sees the request, as when the command is printing.
    private static func waitForStatements() {
        ExitRequest.make()
        for step in 0..<500 where step < 30 ? ExitRequest.hasStatements : ExitRequest.isBeingHandled { usleep(10_000) }
    }

    /// Ends the handling of signals.
    func cancel() { receiver.cancel() }
}
