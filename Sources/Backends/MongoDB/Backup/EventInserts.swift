import Domain

/// The lines that wait to be put into a collection, and what an answer of the server means for them. It does no I/O.
///
///     batch.add(EventInserts.Line(number: 7, document: document, value: line))
///     if batch.isDue(waiting: 0) { let outcomes = try batch.settle(answer) { line in … } }
struct EventInserts {
    /// A line that waits.
    struct Line {
        /// Its number as a message.
        var number: UInt
        /// The document to be put.
        var document: BSONDocument
        /// The line itself, for a document of its bytes alone when the server refuses this one; nil where it is one already.
        var value: [UInt8]?
    }

    /// The lines that wait.
    private(set) var lines: [Line] = []
    /// The size of their documents in bytes.
    private(set) var bytes = 0
    private let mostLines: Int
    private let mostBytes: Int

    /// - Parameters:
    ///   - mostLines: after how many lines they are put.
    ///   - mostBytes: after how many bytes they are put. A message may have 48 MB (`maxMessageSizeBytes`).
    init(mostLines: Int = 1000, mostBytes: Int = 8 << 20) {
        self.mostLines = mostLines
        self.mostBytes = mostBytes
    }

    /// Whether no more lines are to be added before the others are put.
    var isFull: Bool { lines.count >= mostLines || bytes >= mostBytes }

    /// Whether the lines are to be put now: when they are many, or when somebody waits for their outcome.
    func isDue(waiting milliseconds: Int) -> Bool { !lines.isEmpty && (isFull || milliseconds > 0) }

    /// Adds a line.
    mutating func add(_ line: Line) {
        lines.append(line)
        bytes += line.document.count
    }

    /// Removes all lines.
    mutating func removeAll() { (lines, bytes) = ([], 0) }

    /// Takes the answer to the insert of all lines. Lines whose document is refused wait again, with their bytes alone.
    ///
    /// - Parameter plain: makes a document of the bytes alone; nil where it would be too large.
    /// - Returns: the outcomes of the others.
    /// - Throws: `MongoError` of a refusal that is not for what is in a document; all lines wait then as before.
    mutating func settle(
        _ outcome: BulkOutcome, plain: ([UInt8]) throws -> BSONDocument?
    ) throws -> [(number: UInt, outcome: MessageOutcome)] {
        var refusals: [Int: BulkOutcome.Refusal] = [:]
        for refusal in outcome.refusals where !EventInserts.isThere(refusal) {
            switch refusal.problem {
            case .refusedDocument, .tooLarge, .duplicateKey: refusals[refusal.place] = refusal
            default: throw MongoError(refusal)
            }
        }
        var outcomes: [(number: UInt, outcome: MessageOutcome)] = []
        let settled = lines
        removeAll()
        for (place, line) in settled.enumerated() {
            if let refusal = refusals[place] {
                if refusal.problem != .duplicateKey, let document = try line.value.flatMap(plain) {
                    add(Line(number: line.number, document: document, value: nil))
                } else {
                    outcomes.append((line.number, .refused(.notTaken(refusal.words))))
                }
            } else {
                outcomes.append((line.number, .confirmed))
            }
        }
        return outcomes
    }

    /// Whether the line is in the collection already. Another unique index may refuse it too.
    private static func isThere(_ refusal: BulkOutcome.Refusal) -> Bool {
        refusal.problem == .duplicateKey && (refusal.keys.isEmpty || refusal.keys == ["_id"])
    }
}
