import Domain
import Glibc

/// Documents that were put and wait on disk to be merged into their shards, in ascending order of the ids.
///
/// A file without a name: it is gone with the process, whatever ends it.
final class RawRun {
    /// The shards that it has documents of.
    let shards: Set<Int64>
    private let file: OpenFile

    /// Writes documents, in ascending order of the ids, to the disk that a folder is on.
    init(_ movies: [RawMovie], folder: String, _ encoder: ZstdEncoder) throws(FileError) {
        file = try OpenFile(anonymousIn: folder)
        encoder.beginFrame()
        let line = ByteBuffer()
        for movie in movies {
            line.truncate(to: 0)
            RawEnvelope.append(movie, to: line)
            try encoder.write(line.bytes, to: file)
        }
        try encoder.endFrame(to: file)
        shards = Set(movies.map { RawShard.number(ofMovie: $0.movieID) })
    }

    /// Its documents from the first; one reader at a time.
    func cursor() throws(FileError) -> Cursor {
        guard file.seek(to: 0) else { throw FileError(.read, file.path, errno: errno) }
        return try Cursor(RawEnvelopeReader(file))
    }

    /// Goes through a run.
    final class Cursor {
        private let reader: RawEnvelopeReader
        private var head: RawEnvelope.Head?

        fileprivate init(_ reader: RawEnvelopeReader) throws(FileError) {
            self.reader = reader
            self.head = try reader.next()
        }

        /// The next document, if it is of a shard.
        func next(ofShard shard: Int64) throws(FileError) -> RawMovie? {
            guard let head, RawShard.number(ofMovie: head.movieID) == shard else { return nil }
            let movie = reader.movie(head)
            self.head = try reader.next()
            return movie
        }
    }
}
