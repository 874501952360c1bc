import Domain
import Glibc

/// One file with the documents of a thousand movies: a zstd frame of lines (see `RawEnvelope`) in ascending order of
/// the ids.
struct RawShard {
    /// How many ids a shard covers.
    private static let width: Int64 = 1000
    private static let fileExtension = ".ndjson.zst"

    /// The number of the shard: shard 0 covers the ids 0 to 999, shard 1 the ids 1000 to 1999.
    let number: Int64
    let path: String

    /// The shard with a number in a folder of shards.
    init(number: Int64, folder: String) {
        let first = String(number * RawShard.width)
        let zeros = String(repeating: "0", count: max(0, 9 - first.utf8.count))
        self.number = number
        self.path = "\(folder)/\(zeros)\(first)\(RawShard.fileExtension)"
    }

    /// The number of the shard that a movie belongs to.
    static func number(ofMovie id: Int64) -> Int64 { id / width }

    /// The shards in a folder, in ascending order; none when there is no folder.
    static func all(in folder: String) throws(FileError) -> [RawShard] {
        guard Folder.isFolder(folder) else { return [] }
        var shards: [RawShard] = []
        for name in try Folder.names(in: folder) where name.hasSuffix(fileExtension) {
            guard let first = Int64(name.dropLast(fileExtension.utf8.count)) else { continue }
            let shard = RawShard(number: number(ofMovie: first), folder: folder)
            if shard.path == "\(folder)/\(name)" { shards.append(shard) }
        }
        return shards.sorted { $0.number < $1.number }
    }

    /// Writes the shard, with documents merged into it, under a temporary name. Returns nil when nothing changes.
    ///
    /// - Parameter movies: documents of this shard, one a movie, in ascending order of the ids.
    /// - Throws: `FileError` when the shard is damaged, or cannot be read or written.
    func merging(_ movies: [RawMovie], _ encoder: ZstdEncoder) throws(FileError) -> ReplacedFile? {
        let file = try ReplacedFile(path: path)
        encoder.beginFrame()
        let line = ByteBuffer()
        var rest = movies[...]
        var hasChanged = false

        func writeFirst() throws(FileError) {
            guard let movie = rest.popFirst() else { return }
            line.truncate(to: 0)
            RawEnvelope.append(movie, to: line)
            try encoder.write(line.bytes, to: file.file)
            hasChanged = true
        }

        try forEachLine { (head, reader) throws(FileError) in
            while let movie = rest.first, movie.movieID < head.movieID { try writeFirst() }
            if let movie = rest.first, movie.movieID == head.movieID {
                if movie.rank > head.rank { return try writeFirst() }
                rest.removeFirst()
            }
            try encoder.write(reader.bytes, to: file.file)
        }
        while !rest.isEmpty { try writeFirst() }
        try encoder.endFrame(to: file.file)
        try file.file.close()
        return hasChanged ? file : nil
    }

    /// The stored document of a movie.
    ///
    /// - Throws: `FileError` when the shard is damaged or cannot be read.
    func movie(_ id: Int64) throws(FileError) -> RawMovie? {
        var found: RawMovie?
        try forEachLine { (head, reader) throws(FileError) in
            if head.movieID == id { found = reader.movie(head) }
        }
        return found
    }

    /// Calls `body` with the id and the rank of each document, in ascending order of the ids.
    ///
    /// - Throws: `FileError` when the shard is damaged or cannot be read.
    func forEachRank(_ body: (Int64, MovieRank) -> Void) throws(FileError) {
        try forEachLine { (head, _) throws(FileError) in body(head.movieID, head.rank) }
    }

    /// Calls `body` with all documents in ascending order of the ids, or `onDamage` when the file is damaged.
    ///
    /// The file is read twice, since its checksum is at its end: no document is given before all are known to be good.
    func forEachMovie(_ body: (RawMovie) throws -> Void, onDamage: (any ReportedError) throws -> Void) throws {
        guard let file = try OpenFile.ifThere(path) else { return }
        do {
            let reader = try RawEnvelopeReader(file)
            while try next(of: reader) != nil {}
        } catch  where error.isDamage {
            return try onDamage(error)
        }
        guard file.seek(to: 0) else { throw FileError(.read, path, errno: errno) }
        let reader = try RawEnvelopeReader(file)
        while let head = try next(of: reader) { try body(reader.movie(head)) }
    }

    private func forEachLine(
        _ body: (RawEnvelope.Head, RawEnvelopeReader) throws(FileError) -> Void
    ) throws(FileError) {
        guard let reader = try reader() else { return }
        while let head = try next(of: reader) { try body(head, reader) }
    }

    private func reader() throws(FileError) -> RawEnvelopeReader? {
        guard let file = try OpenFile.ifThere(path) else { return nil }
        return try RawEnvelopeReader(file)
    }

    /// Reads the head of the next line, and checks that the movie belongs to this shard.
    private func next(of reader: RawEnvelopeReader) throws(FileError) -> RawEnvelope.Head? {
        guard let head = try reader.next() else { return nil }
        guard RawShard.number(ofMovie: head.movieID) == number else {
            throw FileError(
                .read,
                path,
                .damaged("it has the document of movie \(head.movieID), which belongs to another file")
            )
        }
        return head
    }
}
