/// The lines that a backup has not confirmed yet: which is sent next, and which are sent again after the
/// connection is lost. It does no I/O and knows no clock.
///
/// Lines are sent in the order in which they were added, also again after a loss, so that the last one of a key is the
/// same as if nothing had been lost.
///
///     queue.add(line)
///     if let (number, line) = queue.next() { …send…; queue.sent(number) }
///     _ = queue.settle(number)      // its outcome
///     queue.lose()                  // the connection is lost
struct BackupQueue {
    /// A line with its place in the input.
    struct Line: Equatable {
        /// Its bytes.
        var value: [UInt8]
        /// The movie of a line, the user of an event.
        var id: Int64
        /// The snapshot date of a movie line, as days since 1970-01-01; nil for an event.
        var day: Int32?
        /// The name of its source.
        var source: String
        /// Its number there.
        var number: Int64
    }

    /// The lines without an outcome, by their numbers.
    private var lines: [UInt: Line] = [:]
    /// How many were added: the number of the next one.
    private var added: UInt = 0
    /// The number of the next one to be sent.
    private var cursor: UInt = 0
    /// Up to which number they were sent at least once.
    private var reached: UInt = 0
    /// The size in bytes of the lines without an outcome.
    private(set) var bytes = 0
    /// How many were sent and have no outcome.
    private(set) var inFlight = 0
    /// How many times a line was sent that had been sent before.
    private(set) var sentAgain: Int64 = 0
    private let mostBytes: Int

    /// The memory that a line needs beside its bytes.
    private static let overhead = 160

    /// - Parameter mostBytes: the memory for lines without an outcome; a larger line is alone.
    init(mostBytes: Int = 16 << 20) { self.mostBytes = mostBytes }

    /// Whether every line has its outcome.
    var isEmpty: Bool { lines.isEmpty }

    /// Whether there is room for a line of so many bytes.
    func hasRoom(for size: Int) -> Bool { lines.isEmpty || bytes + size + Self.overhead <= mostBytes }

    /// Adds a line.
    mutating func add(_ line: Line) {
        lines[added] = line
        added += 1
        bytes += line.value.count + Self.overhead
    }

    /// The next line to be sent, and its number; nil when all were sent.
    mutating func next() -> (number: UInt, line: Line)? {
        while cursor < added {
            if let line = lines[cursor] { return (cursor, line) }
            cursor += 1
        }
        return nil
    }

    /// A line was sent.
    mutating func sent(_ number: UInt) {
        if number < reached { sentAgain += 1 } else { reached = number + 1 }
        cursor = number + 1
        inFlight += 1
    }

    /// A line has its outcome, or is not sent at all.
    ///
    /// - Returns: the line; nil when it had one before, or was removed.
    mutating func settle(_ number: UInt) -> Line? {
        guard let line = lines.removeValue(forKey: number) else { return nil }
        bytes -= line.value.count + Self.overhead
        if number < cursor { inFlight -= 1 }
        return line
    }

    /// The connection is lost: what has no outcome is sent again.
    mutating func lose() {
        inFlight = 0
        cursor = lines.keys.min() ?? added
    }

    /// Removes all lines, whose transaction was rolled back. Outcomes of them that come later are passed over.
    mutating func removeAll() {
        lines = [:]
        (bytes, inFlight) = (0, 0)
        cursor = added
    }
}
