import Domain
import Glibc

/// A sorted run: documents on disk in ascending order of their ids, waiting to be merged into the shards.
///
/// The file has no name, so that it disappears with the process, even if the process is killed.
final class RawRun {
    /// The numbers of the shards that the documents belong to.
    let shards: Set<Int64>
    private let file: OpenFile

    /// Writes documents, in ascending order of their ids, to the disk of a folder.
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

    /// Returns a cursor at the first document. Only one cursor may be in use at a time.
    func cursor() throws(FileError) -> Cursor {
        guard file.seek(to: 0) else { throw FileError(.read, file.path, errno: errno) }
        return try Cursor(RawEnvelopeReader(file))
    }

    /// Reads the documents of a run in order.
    final class Cursor {
        private let reader: RawEnvelopeReader
        private var head: RawEnvelope.Head?

        fileprivate init(_ reader: RawEnvelopeReader) throws(FileError) {
            self.reader = reader
            self.head = try reader.next()
        }

        /// The next document, if it belongs to the given shard; otherwise nil.
        func next(ofShard shard: Int64) throws(FileError) -> RawMovie? {
            guard let head, RawShard.number(ofMovie: head.movieID) == shard else { return nil }
            let movie = reader.movie(head)
            self.head = try reader.next()
            return movie
        }
    }
}
