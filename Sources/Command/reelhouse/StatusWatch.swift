import Domain
import Glibc
import JSON
import Synchronization

import enum Logging.SystemClock

/// Shows the status of a warehouse again and again: on a terminal in place, elsewhere one after the other, and as JSON one
/// line a time. A warehouse that is not there yet, is being filled, is replaced or goes away is told and waited for.
struct StatusWatch {
    let location: String
    let limit: Int
    let seconds: Double
    let isJSON: Bool
    /// How often it is shown; nil for ever.
    let times: Int64?
    /// The clock of `--now`; nil for the system's.
    let now: Int64?
    let console: Console

    /// Shows it until a signal ends the program, or nobody reads the output any more.
    ///
    /// - Throws: `OutputError`; errors of wrong usage.
    func run() throws {
        let isDrawn = !isJSON && console.output.isTerminal && console.environment["TERM"] != "dumb"
        var shown: Int64 = 0
        while true {
            let text = try text()
            if isDrawn {
                // Over what is there, so that nothing flickers; the rest of each line and of the screen is cleared.
                try console.write((shown == 0 ? "\u{1B}[2J" : "") + "\u{1B}[H" + Self.fitted(text) + "\u{1B}[J")
            } else {
                try console.write(text + (isJSON ? "" : "\n"))
            }
            // A pipe gets each as it comes.
            try console.output.flush()
            shown += 1
            if shown == times { return }
            usleep(UInt32(seconds * 1_000_000))
        }
    }

    /// The status as of now, or why there is none.
    private func text() throws -> String {
        let clock = RunClock(now: now ?? SystemClock.milliseconds())
        do {
            let status = try WarehouseStatus(Backends.reader(location), limit: limit)
            if isJSON { return status.json.compact + "\n" }
            let output = CollectedOutput(like: console.output)
            let console = Console(output: output, errors: output, environment: console.environment)
            try status.print(on: console, clock: clock)
            return "\(Timestamp.text(clock.now).prefix(19))Z\n\n" + output.text
        } catch let error as any ReportedError where error.kind != .usage {
            if isJSON {
                let members: [(String, JSONText)] = [
                    ("warehouse", .string(Location(location).description)), ("error", .string(error.message)),
                ]
                return JSONText.object(members).compact + "\n"
            }
            return "\(Timestamp.text(clock.now).prefix(19))Z\n\n\(error.message)\n"
        }
    }

    /// The lines that the terminal has room for.
    private static func fitted(_ text: String) -> String {
        var size = winsize()
        let rows = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_row > 1 ? Int(size.ws_row) - 1 : 1000
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).prefix(rows)
        return lines.map { "\($0)\u{1B}[K\r\n" }.joined()
    }
}

/// Keeps what is written, as laid out for another output.
private final class CollectedOutput: TextOutput {
    let isTerminal: Bool
    let width: Int?
    private let bytes = Mutex<[UInt8]>([])

    init(like output: any TextOutput) {
        isTerminal = output.isTerminal
        width = output.width
    }

    /// What was written.
    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

    func write(bytes new: [UInt8]) { bytes.withLock { $0 += new } }
    func flush() {}
}
