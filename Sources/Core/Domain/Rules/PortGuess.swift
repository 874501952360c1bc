import JSON

/// Tells movie documents from user events by the keys of their lines. Used by one thread at a time.
public final class PortGuess {
    /// What the lines of a chunk are.
    public enum Answer: Equatable, Sendable {
        /// Lines of this stream.
        case port(SourcePort)
        /// There is no line that is not blank.
        case noLines
        /// No line is a JSON object; the number of the first.
        case noObject(line: Int64)
        /// There are objects, with as many keys of one stream as of the other; the number of the first.
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
    /// How many lines are looked at.
    private static let mostLines = 100

    private let parser: JSONParser

    /// - Throws: `OutOfMemory`.
    public init() throws(OutOfMemory) {
        parser = try JSONParser(keys: Self.movieKeys + Self.eventKeys, keepsUnknown: false)
    }

    /// What the first lines of a chunk are, by the first that tells.
    ///
    /// - Parameter longest: longer lines are passed over, since a parser needs many times their size.
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

    /// How many of the rejected lines of a chunk, in their order, are plainly of the other stream.
    ///
    /// - Parameter longest: longer lines are passed over.
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

    /// The stream of which an object has more keys.
    private func port(of object: JSONValue) -> SourcePort? {
        let keys = Set(object.members.map(\.key)).filter { $0 >= 0 }
        let movies = keys.count { $0 < Self.movieKeys.count }
        let events = keys.count - movies
        return movies == events ? nil : movies > events ? .movies : .events
    }

    /// The other stream, where all lines of a chunk were rejected and they are plainly of that stream.
    public func otherPort(of chunk: LineChunk, rejected: Int64, of read: Int64) -> SourcePort? {
        guard read > 0, rejected == read, case .port(let port)? = try? answer(of: chunk, longest: 1 << 20) else {
            return nil
        }
        return port == chunk.source.port ? nil : port
    }
}
