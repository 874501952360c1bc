/// The movie documents that a backup has not confirmed yet: which is sent next, and which are sent again after the
/// connection is lost. It does no I/O and knows no clock.
///
/// Documents are sent in the order in which they were added, also again after a loss, so that the last one of a key is the
/// same as if nothing had been lost.
///
///     queue.add(document)
///     if let (number, document) = queue.next() { …send…; queue.sent(number) }
///     _ = queue.settle(number)      // its outcome
///     queue.lose()                  // the connection is lost
struct BackupQueue {
    /// A document with its place in the input.
    struct Document: Equatable {
        /// Its bytes.
        var value: [UInt8]
        /// The movie.
        var movieID: Int64
        /// Its snapshot date, as days since 1970-01-01.
        var day: Int32
        /// The name of its source.
        var source: String
        /// Its line there.
        var line: Int64
    }

    /// The documents without an outcome, by their numbers.
    private var documents: [UInt: Document] = [:]
    /// How many were added: the number of the next one.
    private var added: UInt = 0
    /// The number of the next one to be sent.
    private var cursor: UInt = 0
    /// Up to which number they were sent at least once.
    private var reached: UInt = 0
    /// The size in bytes of the documents without an outcome.
    private(set) var bytes = 0
    /// How many were sent and have no outcome.
    private(set) var inFlight = 0
    /// How many times a document was sent that had been sent before.
    private(set) var sentAgain: Int64 = 0
    private let mostBytes: Int

    /// The memory that a document needs beside its bytes.
    private static let overhead = 160

    /// - Parameter mostBytes: the memory for documents without an outcome; a larger document is alone.
    init(mostBytes: Int = 16 << 20) { self.mostBytes = mostBytes }

    /// Whether every document has its outcome.
    var isEmpty: Bool { documents.isEmpty }

    /// Whether there is room for a document of so many bytes.
    func hasRoom(for size: Int) -> Bool { documents.isEmpty || bytes + size + Self.overhead <= mostBytes }

    /// Adds a document.
    mutating func add(_ document: Document) {
        documents[added] = document
        added += 1
        bytes += document.value.count + Self.overhead
    }

    /// The next document to be sent, and its number; nil when all were sent.
    mutating func next() -> (number: UInt, document: Document)? {
        while cursor < added {
            if let document = documents[cursor] { return (cursor, document) }
            cursor += 1
        }
        return nil
    }

    /// A document was sent.
    mutating func sent(_ number: UInt) {
        if number < reached { sentAgain += 1 } else { reached = number + 1 }
        cursor = number + 1
        inFlight += 1
    }

    /// A document has its outcome, or is not sent at all.
    ///
    /// - Returns: the document; nil when it had one before, or was removed.
    mutating func settle(_ number: UInt) -> Document? {
        guard let document = documents.removeValue(forKey: number) else { return nil }
        bytes -= document.value.count + Self.overhead
        if number < cursor { inFlight -= 1 }
        return document
    }

    /// The connection is lost: what has no outcome is sent again.
    mutating func lose() {
        inFlight = 0
        cursor = documents.keys.min() ?? added
    }

    /// Removes all documents, whose transaction was rolled back. Outcomes of them that come later are passed over.
    mutating func removeAll() {
        documents = [:]
        (bytes, inFlight) = (0, 0)
        cursor = added
    }
}
