import Dispatch
import Files
import Glibc

/// What signals do to a command that changes no warehouse: SIGUSR1 shows how far it is, and one that ends it leaves no
/// unfinished file. Commands that stop at a commit have a `SignalWatch` instead.
final class WorkWatch {
    private let queue = DispatchQueue(label: "reelhouse.signals")
    private var sources: [any DispatchSourceProtocol] = []

    /// Watches from now on.
    init(console: Console, latest: LatestProgress) {
        watch(SIGUSR1) { console.progress.report(latest.value) }
        for number in [SIGINT, SIGTERM, SIGHUP] where !Self.isIgnored(number) {
            watch(number) {
                UnfinishedFiles.remove()
                // Ends as a command that does not watch the signal, which is what a shell looks for.
                signal(number, SIG_DFL)
                kill(getpid(), number)
            }
        }
    }

    /// Gives the signals back.
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

    /// Whether a signal is to be ignored, as `nohup` and a job in the background of a script ask for.
    static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
