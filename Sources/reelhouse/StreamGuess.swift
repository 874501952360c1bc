import Domain
import Files
import JSON

/// Tells movie documents from user events by their first lines.
struct StreamGuess {
    private let parser: JSONParser

    init() throws { parser = try JSONParser(keys: Self.movieKeys + Self.eventKeys, keepsUnknown: false) }

    private static let movieKeys: [StaticString] = [
        "id", "title", "original_title", "imdb_id", "vote_count", "popularity", "genres", "adult",
    ]
    private static let eventKeys: [StaticString] = [
        "event_id", "event_type", "event_time", "user_id", "movie_id", "session_id", "action_type", "timestamp",
        "metadata",
    ]

    /// Files, each with the stream that its lines are of.
    ///
    /// - Throws: `FileError`; `CommandError` when a file does not tell, nor do its neighbours.
    func files(of files: [FoundFile]) throws -> [(path: String, port: SourceIdentity.Port)] {
        let found = files.map(\.name)
        let guesses = try found.map { name in name == "-" ? nil : try port(of: name) }
        return try zip(found, guesses).map { name, guess in
            if let guess { return (name, guess) }
            // What is damaged from its first byte, or empty, is taken for what its neighbours are.
            let neighbours = Set(zip(found, guesses).filter { folder(of: $0.0) == folder(of: name) }.compactMap(\.1))
            guard name != "-", neighbours.count == 1, let port = neighbours.first else {
                throw CommandError(
                    message: "\(name) does not tell whether it has movies or events",
                    hint: "Say so with --as movies or --as events.", status: .usage)
            }
            return (name, port)
        }
    }

    private func folder(of path: String) -> Substring { path[..<(path.lastIndex(of: "/") ?? path.startIndex)] }

    /// The stream that a file is of, or nil when it does not tell.
    private func port(of path: String) throws -> SourceIdentity.Port? {
        let source = Source(name: path, identity: nil, port: .events, snapshotDay: 0, number: 0)
        let files = FileSource([PlannedFile(location: .file(path), source: source)], chunkSize: 64 << 10)
        while let chunk = try files.next() {
            if let port = port(of: chunk) { return port }
            if chunk.isLast || !chunk.lines.isEmpty { return nil }
        }
        return nil
    }

    /// The stream that a chunk's first telling line is of.
    func port(of chunk: LineChunk) -> SourceIdentity.Port? {
        for line in chunk.lines.prefix(100) where line.note < 0 {
            chunk.buffer.reserve(JSONParser.padding)
            let bytes = chunk.buffer.bytes(at: Int(line.span.offset), count: Int(line.span.length))
            guard let object = try? parser.parse(bytes) else { continue }
            let keys = Set(object.members.map(\.key)).filter { $0 >= 0 }
            let movies = keys.count { $0 < Self.movieKeys.count }
            let events = keys.count - movies
            if movies != events { return movies > events ? .movies : .events }
        }
        return nil
    }
}
