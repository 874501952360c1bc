import Glibc
import Logging
import Synchronization

/// Progress on standard error: one live line on a terminal, a plain or JSON line now and then elsewhere.
///
/// All that goes to standard error goes through here, so that it stands above the live line.
final class ProgressLine: LogOutput {
    /// What a line of progress is written as.
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

    /// How, and how often at most.
    struct Settings: Sendable, Equatable {
        var mode: Mode
        var intervalSeconds: Double

        /// Ten times a second on a terminal; elsewhere each 10 s, JSON each second, or as `REELHOUSE_PROGRESS_SECONDS`
        /// says. Not at all when quiet (JSON that was asked for aside) or when `REELHOUSE_NO_PROGRESS` is not empty.
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
        /// What stands on the terminal's current line.
        var live: String?
        var isFinished = false
    }

    private static let eraseLine = "\r\u{1B}[K"

    let settings: Settings
    private let output: any TextOutput
    private let clock: @Sendable () -> Double
    private let state: Mutex<State>

    /// Progress of work that begins now. The clock gives seconds and never goes back.
    init(output: any TextOutput, settings: Settings, clock: @escaping @Sendable () -> Double = monotonicSeconds) {
        self.output = output
        self.settings = settings
        self.clock = clock
        let now = clock()
        // The first line off a terminal comes after a second, so that what is short stays silent; the live one at once.
        let first = settings.mode == .live ? -.infinity : now - max(0, settings.intervalSeconds - 1)
        state = Mutex(State(meter: ProgressMeter(start: now), lastShown: first))
    }

    /// Takes progress in and shows it if it is time. Any thread, as often as one likes.
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

    /// Writes the state as a line of its own, as on SIGUSR1, even where progress is not shown otherwise.
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

    /// Takes the live line away until the next update.
    func clear() {
        state.withLock { state in
            if state.live != nil { put(Self.eraseLine) }
            state.live = nil
        }
    }

    /// Takes the live line away for good; updates have no effect any more.
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

    /// Standard error that cannot be written is no reason to stop work.
    private func put(_ bytes: [UInt8]) { try? output.write(bytes: bytes) }

    /// Seconds of a clock that nobody sets.
    @Sendable static func monotonicSeconds() -> Double {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }
}
