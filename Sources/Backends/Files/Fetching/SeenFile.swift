import Domain
import Glibc
import JSON

/// The file of when each movie was seen: zstd NDJSON, a line a movie, in ascending order of ids.
///
///     {"id":603,"asked":"2026-11-28","seen":"2026-11-28","hash":"5f…"}
struct SeenFile {
    let path: String

    private static let keys: [StaticString] = ["id", "asked", "seen", "gone", "hash"]

    /// Calls `body` with each movie.
    ///
    /// - Throws: `FileError` where a line is none of this file; what `body` throws.
    func forEach(_ body: (SeenMovie) throws -> Void) throws {
        guard let file = try OpenFile.ifThere(path) else { return }
        let stream = try Decompression.stream(SourceInput(file))
        let reader = LineReader(
            stream, source: Source(name: path, port: .movies, number: 0), chunkSize: 1 << 20,
            expectedSize: file.size ?? 0)
        let parser = try JSONParser(keys: Self.keys, keepsUnknown: false)
        while let chunk = try reader.next() {
            for line in chunk.lines {
                let bytes = chunk.buffer.bytes(at: Int(line.span.offset), count: Int(line.span.length))
                guard line.note < 0, let movie = Self.movie(bytes, parser) else {
                    throw FetchFolderError.damaged(path: path, line: line.number)
                }
                try body(movie)
            }
        }
    }

    private static func movie(_ line: UnsafeRawBufferPointer, _ parser: JSONParser) -> SeenMovie? {
        guard let object = try? parser.parse(line), let id = ScalarRules.id(object.member(0)),
            let asked = day(object.member(1))
        else { return nil }
        let fingerprint = ScalarRules.text(object.member(4)).flatMap {
            UInt64(String(decoding: $0, as: UTF8.self), radix: 16)
        }
        return SeenMovie(
            movieID: id, asked: asked, seen: day(object.member(2)), gone: day(object.member(3)),
            fingerprint: fingerprint)
    }

    private static func day(_ value: JSONValue?) -> Int32? {
        ScalarRules.text(value).flatMap { CivilDate.parse($0) }
    }

    /// Replaces the file; see `FetchStore.replaceSeen`.
    func replace(_ body: (SeenMovie?, (SeenMovie) throws -> Void) throws -> Void) throws {
        let writer = try CompressedWriter(path: path)
        func write(_ movie: SeenMovie) throws {
            var members: [(key: String, value: JSONText)] = [
                ("id", .integer(movie.movieID)), ("asked", .string(CivilDate.text(ofDay: movie.asked))),
            ]
            if let seen = movie.seen { members.append(("seen", .string(CivilDate.text(ofDay: seen)))) }
            if let gone = movie.gone { members.append(("gone", .string(CivilDate.text(ofDay: gone)))) }
            if let print = movie.fingerprint { members.append(("hash", .string(String(print, radix: 16)))) }
            let line = Array((JSONText.object(members).compact + "\n").utf8)
            try line.withUnsafeBytes { try writer.write($0) }
        }
        try forEach { try body($0, write) }
        try body(nil, write)
        try writer.finish()
    }
}
