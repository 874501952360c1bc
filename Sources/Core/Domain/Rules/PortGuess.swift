import JSON

/// Guesses by the keys of lines whether they are movie documents or user events. Used by one thread at a time.
public final class PortGuess {
    /// The port that the lines of a chunk belong to, or why that is not known.
    public enum Answer: Equatable, Sendable {
        /// The lines belong to this port.
        case port(SourcePort)
        /// There is no line that is not blank.
        case noLines
        /// No line is a JSON object. The number of the first line.
        case noObject(line: Int64)
        /// Each object has as many keys of one port as of the other. The number of the first object's line.
        case unclear(line: Int64)
        /// The file is not NDJSON or is damaged before its first line; why, in words.
        case unreadable(String)
    }

    private static let movieKeys: [StaticString] = [
        "id", "title", "original_title", "imdb_id", "vote_count", "popularity", "genres", "adult",
    ]
    private static let eventKeys: [StaticString] = [
        "event_id", "event_type", "event_time", "user_id", "movie_id", "session_id", "action_type", "timestamp",
        "metadata",
    ]
    /// How many lines are parsed at most.
    private static let mostLines = 100

    private let parser: JSONParser

    /// Creates a guess.
    ///
    /// - Throws: `OutOfMemory`.
    public init() throws(OutOfMemory) {
        parser = try JSONParser(keys: Self.movieKeys + Self.eventKeys, keepsUnknown: false)
    }

    /// Guesses the port of a chunk by the first line that has more keys of one port than of the other.
    ///
    /// - Parameter longest: longer lines are skipped, since parsing needs many times their size.
    /// - Throws: `OutOfMemory`.
    public func answer(of chunk: LineChunk, longest: UInt32 = .max) throws -> Answer {
        var firstObject: Int64?
        for line in chunk.lines.prefix(Self.mostLines) where line.note < 0 && line.span.length <= longest {
            let bytes = chunk.buffer.bytes(at: Int(line.span.offset), count: Int(line.span.length))
            do {
                let object = try parser.parse(bytes)
                firstObject = firstObject ?? line.number
                if let port = port(of: object) { return .port(port) }
            } catch is JSONError {
                continue
            }
        }
        if let firstObject { return .unclear(line: firstObject) }
        guard let first = chunk.lines.first else { return .noLines }
        guard first.note >= 0 else { return .noObject(line: first.number) }
        switch chunk.notes[Int(first.note)] {
        case .damage(let words), .unsupported(let words): return .unreadable(words)
        case .tooLong: return .noObject(line: first.number)
        }
    }

    /// Counts the rejected lines of a chunk that clearly belong to the other port. The count is for a note only, so
    /// that a line for which memory runs out is not counted.
    ///
    /// - Parameters:
    ///   - rejections: in the order of the lines.
    ///   - longest: longer lines are skipped.
    public func count(ofOtherPortIn chunk: LineChunk, rejections: [Rejection], longest: UInt32 = 1 << 20) -> Int64 {
        var count: Int64 = 0
        var numbers = rejections.lazy.filter { $0.rule == .unknownEventType || $0.rule == .invalidMovieID }
            .map(\.line).makeIterator()
        var wanted = numbers.next()
        for line in chunk.lines {
            guard let number = wanted else { break }
            if line.number != number { continue }
            wanted = numbers.next()
            if line.note >= 0 || line.span.length > longest { continue }
            let bytes = chunk.buffer.bytes(at: Int(line.span.offset), count: Int(line.span.length))
            if let port = (try? parser.parse(bytes)).flatMap(port(of:)), port != chunk.source.port { count += 1 }
        }
        return count
    }

    /// The port that an object has more keys of; nil if it has as many of both.
    private func port(of object: JSONValue) -> SourcePort? {
        let keys = Set(object.members.map(\.key)).filter { $0 >= 0 }
        let movies = keys.count { $0 < Self.movieKeys.count }
        let events = keys.count - movies
        return movies == events ? nil : movies > events ? .movies : .events
    }

    /// The other port, if all lines of a chunk were rejected and clearly belong to that one; for a note.
    public func otherPort(of chunk: LineChunk, rejected: Int64, of read: Int64) -> SourcePort? {
        guard read > 0, rejected == read, case .port(let port)? = try? answer(of: chunk, longest: 1 << 20) else {
            return nil
        }
        return port == chunk.source.port ? nil : port
    }
}
