import Glibc
import Logging
import Synchronization

/// Shows progress on standard error: one live line on a terminal, else a line of text or JSON from time to time.
///
/// All output to standard error goes through it, so that it appears above the live line.
final class ProgressLine: LogOutput {
    /// The format of a line of progress.
    enum Format: Sendable {
        case text
        case json
    }

    /// How progress is shown.
    enum Mode: Sendable, Equatable {
        case off
        case live
        case lines(Format)
    }

    /// How progress is shown, and how often at most.
    struct Settings: Sendable, Equatable {
        var mode: Mode
        var intervalSeconds: Double

        /// The schedule for an environment: ten times a second on a terminal; elsewhere every 10 s, JSON every second,
        /// or as `REELHOUSE_PROGRESS_SECONDS` says. Nothing is shown with `--quiet` (except JSON that was requested) or
        /// if `REELHOUSE_NO_PROGRESS` is not empty.
        init(isTerminal: Bool, isQuiet: Bool, format: Format, environment: [String: String]) {
            let chosen = environment["REELHOUSE_PROGRESS_SECONDS"].flatMap(Double.init).flatMap { $0 >= 0 ? $0 : nil }
            if format == .json {
                mode = .lines(.json)
                intervalSeconds = max(0.1, chosen ?? 1)
            } else if isQuiet || !environment["REELHOUSE_NO_PROGRESS", default: ""].isEmpty {
                mode = .off
                intervalSeconds = .infinity
            } else if isTerminal, environment["TERM"] != "dumb" {
                mode = .live
                intervalSeconds = 0.1
            } else {
                mode = .lines(.text)
                intervalSeconds = max(0.1, chosen ?? 10)
            }
        }
    }

    private struct State {
        var meter: ProgressMeter
        var lastShown: Double
        var last: WorkProgress?
        /// The text on the terminal's current line.
        var live: String?
        var isFinished = false
    }

    private static let eraseLine = "\r\u{1B}[K"

    let settings: Settings
    private let output: any TextOutput
    private let clock: @Sendable () -> Double
    private let state: Mutex<State>

    /// Creates the progress of work that begins now. The clock gives seconds and never goes back.
    init(output: any TextOutput, settings: Settings, clock: @escaping @Sendable () -> Double = monotonicSeconds) {
        self.output = output
        self.settings = settings
        self.clock = clock
        let now = clock()
        // On a terminal the first line is shown at once. Elsewhere it is shown after a second, so that short work
        // prints none.
        let first = settings.mode == .live ? -.infinity : now - max(0, settings.intervalSeconds - 1)
        state = Mutex(State(meter: ProgressMeter(start: now), lastShown: first))
    }

    /// Updates the progress, and shows it if it is time. May be called from any thread, at any rate.
    func update(_ progress: WorkProgress) {
        guard settings.mode != .off else { return }
        let now = clock()
        state.withLock { state in
            guard !state.isFinished else { return }
            let reading = state.meter.read(progress, at: now)
            state.last = progress
            guard now - state.lastShown >= settings.intervalSeconds else { return }
            state.lastShown = now
            show(reading, &state)
        }
    }

    /// Writes the progress as a separate line, for SIGUSR1, also if progress is not shown otherwise.
    func report(_ progress: WorkProgress) {
        let now = clock()
        state.withLock { state in
            let reading = state.meter.read(progress, at: now)
            let line = settings.mode == .lines(.json) ? reading.jsonText : reading.plainText
            above(&state, Array((line + "\n").utf8))
        }
    }

    /// Writes a line above the live line.
    func write(line: [UInt8]) { state.withLock { above(&$0, line) } }

    /// Erases the live line until the next update.
    func clear() {
        state.withLock { state in
            if state.live != nil { put(Self.eraseLine) }
            state.live = nil
        }
    }

    /// Erases the live line. Later updates have no effect.
    func finish() {
        clear()
        state.withLock { $0.isFinished = true }
    }

    private func show(_ reading: ProgressReading, _ state: inout State) {
        switch settings.mode {
        case .off: break
        case .lines(.json): put(reading.jsonText + "\n")
        case .lines(.text): put(reading.plainText + "\n")
        case .live:
            let text = reading.liveText(width: output.width ?? 80)
            guard text != state.live else { return }
            put(Self.eraseLine + text)
            state.live = text
        }
    }

    private func above(_ state: inout State, _ line: [UInt8]) {
        guard let live = state.live else { return put(line) }
        put(Array(Self.eraseLine.utf8) + line + Array(live.utf8))
    }

    private func put(_ text: String) { put(Array(text.utf8)) }

    /// Writes to standard error. Errors are ignored: work goes on without progress.
    private func put(_ bytes: [UInt8]) { try? output.write(bytes: bytes) }

    /// Seconds of the monotonic clock.
    @Sendable static func monotonicSeconds() -> Double {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }
}
