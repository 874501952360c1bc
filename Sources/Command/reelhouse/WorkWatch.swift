import Dispatch
import Domain
import Files
import Glibc

/// Handles the signals of a command that does not stop at a commit. SIGUSR1 prints the progress. A signal that ends the
/// command removes unfinished files and lets backends cancel their statements first. Commands that stop at a commit use `SignalWatch` instead.
final class WorkWatch {
    private let queue = DispatchQueue(label: "reelhouse.signals")
    private var sources: [any DispatchSourceProtocol] = []

    /// Begins to handle signals.
    init(console: Console, latest: LatestProgress) {
        watch(SIGUSR1) { console.progress.report(latest.value) }
        for number in [SIGINT, SIGTERM, SIGHUP] where !Self.isIgnored(number) {
            watch(number) {
                UnfinishedFiles.remove()
                Self.waitForStatements()
                // The signal's default action ends the program, so that a shell sees which signal ended it.
                signal(number, SIG_DFL)
                kill(getpid(), number)
            }
        }
    }

    /// Waits until backends have cancelled their statements, for at most five seconds; for a third of a second where
    /// none of them sees the request, as when the command is printing.
    private static func waitForStatements() {
        ExitRequest.make()
        for step in 0..<500 where step < 30 ? ExitRequest.hasStatements : ExitRequest.isBeingHandled { usleep(10_000) }
    }

    /// Ends the handling of signals.
    func cancel() {
        for source in sources { source.cancel() }
        sources = []
    }

    private func watch(_ number: Int32, _ handler: @escaping @Sendable () -> Void) {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
        source.setEventHandler(handler: handler)
        source.resume()
        sources.append(source)
    }

    /// Whether the parent process has set a signal to be ignored, as `nohup` and scripts do for background jobs.
    static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
