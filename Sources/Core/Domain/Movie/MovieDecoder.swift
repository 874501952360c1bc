import Hashing
import JSON

/// Cleans the movie documents of chunks (contract §3). Used by one thread at a time.
///
/// The snapshot date of a document comes with its line, so that the same chunk always gives the same batch.
public final class MovieDecoder {
    private let parser: JSONParser
    private let movie = MovieColumns()
    private let popularity = PopularityColumns()
    private let lists: MovieListWriter
    private let credits: MovieCreditWriter
    private let releases: MovieReleaseWriter
    private let warningExamples: Int

    /// Creates a decoder.
    ///
    /// - Parameter warningExamples: how many warnings of each reason a batch keeps to be shown.
    /// - Throws: `OutOfMemory`.
    public convenience init(warningExamples: Int = 0) throws(OutOfMemory) {
        try self.init(warningExamples: warningExamples, longestLine: .max)
    }

    /// Creates a decoder that gets no memory for lines longer than `longestLine` bytes; for tests.
    init(warningExamples: Int = 0, longestLine: Int) throws(OutOfMemory) {
        self.warningExamples = warningExamples
        // Unknown keys are kept: they are part of the content that is hashed.
        parser = try JSONParser(keys: MovieKey.names, keepsUnknown: true, longestLine: longestLine)
        let seen = FirstOccurrences()
        lists = MovieListWriter(seen: seen)
        credits = MovieCreditWriter(seen: seen)
        releases = MovieReleaseWriter(seen: seen)
    }

    /// Makes a document or a rejection of each line of a chunk.
    ///
    /// - Throws: `OutOfMemory`. No line is rejected for it.
    public func decode(_ chunk: LineChunk) throws -> MovieBatch {
        let batch = MovieBatch(chunk: chunk, warningExamples: warningExamples)
        batch.documents.reserveCapacity(chunk.lines.count)
        for (index, line) in chunk.lines.enumerated() {
            batch.read += 1
            if let rejection = chunk.rejectionByNote(of: line) {
                batch.rejections.append(rejection)
                continue
            }
            let bytes = chunk.buffer.bytes(at: Int(line.span.offset), count: Int(line.span.length))
            do {
                clean(try parser.parse(bytes), of: line, at: index, into: batch)
            } catch let error as JSONError {
                let message = MalformedLine.message(error, at: parser.faultOffset, of: bytes)
                batch.rejections.append(chunk.rejection(of: line, rule: .malformedJSON, message: message))
            }
        }
        parser.releaseLongLine()
        return batch
    }

    private func clean(_ document: JSONValue, of line: Line, at index: Int, into batch: MovieBatch) {
        guard let movieID = MovieRules.movieID(document) else {
            let message = MovieRules.invalidMovieID(document)
            batch.rejections.append(batch.chunk.rejection(of: line, rule: .invalidMovieID, message: message))
            return
        }
        guard let title = MovieRules.title(document) else {
            let message = MovieRules.missingTitle(document)
            var rejection = batch.chunk.rejection(of: line, rule: .missingTitle, message: message)
            rejection.identity = .movie(id: movieID)
            batch.rejections.append(rejection)
            return
        }
        let day = batch.chunk.lines[index].snapshotDay
        let rows = DocumentRows(batch: batch, line: index, movieID: movieID, snapshotDay: day)
        let numbers = MovieNumbers(document, rows)
        let rank = MovieRank(
            hasTitle: document[.title] != nil,
            snapshotDay: rows.snapshotDay,
            voteCount: numbers.voteCount,
            contentHash: contentHash(document)
        )
        writeMovie(document, title, numbers, rank, rows)
        lists.write(document, rows)
        credits.write(document, rows)
        releases.write(document, rows)
        let popularityRow = writePopularity(numbers, rank, rows)
        batch.documents.append(
            MovieDocument(
                line: index, movieID: movieID, rank: rank, owned: rows.ranges, shared: rows.sharedRanges,
                popularity: popularityRow))
    }

    private func contentHash(_ document: JSONValue) -> [UInt8] {
        let hash = StreamingSHA256()
        document.forEachContentFormPiece(hash.update)
        return hash.finish()
    }

    private func writeMovie(
        _ document: JSONValue,
        _ title: UnsafeRawBufferPointer,
        _ numbers: MovieNumbers,
        _ rank: MovieRank,
        _ rows: DocumentRows
    ) {
        let collection = lists.writeCollection(document, rows)
        let row = rows.owned(.movies)
        row.set(movie.movieID, rows.movieID)
        // The title is known. This only counts the warning for a `title` that is no text.
        _ = rows.clean(MovieFields.text, .title, of: document)
        row.set(movie.title, title)
        row.set(movie.originalTitle, rows.clean(MovieFields.text, .originalTitle, of: document))
        row.set(movie.originalLanguage, rows.clean(MovieFields.text, .originalLanguage, of: document))
        row.set(movie.overview, rows.clean(MovieFields.text, .overview, of: document))
        row.set(movie.tagline, rows.clean(MovieFields.text, .tagline, of: document))
        row.set(movie.status, rows.clean(MovieFields.text, .status, of: document))
        row.set(movie.releaseDate, day: rows.clean(MovieFields.date, .releaseDate, of: document))
        row.set(movie.runtime, rows.clean(MovieFields.amount, .runtime, of: document))
        row.set(movie.budget, rows.clean(MovieFields.amount, .budget, of: document))
        row.set(movie.revenue, rows.clean(MovieFields.amount, .revenue, of: document))
        row.set(movie.popularity, numbers.popularity)
        row.set(movie.voteAverage, numbers.voteAverage)
        row.set(movie.voteCount, numbers.voteCount)
        row.set(movie.imdbID, rows.clean(MovieFields.text, .imdbID, of: document))
        row.set(movie.collectionID, collection)
        row.set(movie.snapshotDate, day: rows.snapshotDay)
        row.set(movie.adult, rows.clean(MovieFields.boolean, .adult, of: document))
        row.set(movie.video, rows.clean(MovieFields.boolean, .video, of: document))
        row.set(movie.homepage, rows.clean(MovieFields.text, .homepage, of: document))
        row.set(movie.posterPath, rows.clean(MovieFields.text, .posterPath, of: document))
        row.set(movie.backdropPath, rows.clean(MovieFields.text, .backdropPath, of: document))
        row.set(movie.hasTitle, rank.hasTitle)
        row.set(movie.contentHash, blob: rank.contentHash)
    }

    private func writePopularity(_ numbers: MovieNumbers, _ rank: MovieRank, _ rows: DocumentRows) -> Int {
        let index = rows.batch.popularity.count
        let row = PackedRowWriter(rows.batch.popularity)
        row.set(popularity.movieID, rows.movieID)
        row.set(popularity.snapshotDate, day: rows.snapshotDay)
        row.set(popularity.popularity, numbers.popularity)
        row.set(popularity.voteAverage, numbers.voteAverage)
        row.set(popularity.voteCount, numbers.voteCount)
        row.set(popularity.hasTitle, rank.hasTitle)
        row.set(popularity.contentHash, blob: rank.contentHash)
        return index
    }
}

/// The values that a row of `movies` and a row of `movie_popularity` share.
private struct MovieNumbers {
    let popularity, voteAverage: Double?
    let voteCount: Int64?

    init(_ document: JSONValue, _ rows: DocumentRows) {
        popularity = rows.clean(MovieFields.number, .popularity, of: document)
        voteAverage = rows.clean(MovieFields.number, .voteAverage, of: document)
        voteCount = rows.clean(MovieFields.integer, .voteCount, of: document)
    }
}

/// The columns of `movies`.
private struct MovieColumns {
    let movieID = ColumnPlace("movie_id", MovieTables.movies)
    let title = ColumnPlace("title", MovieTables.movies)
    let originalTitle = ColumnPlace("original_title", MovieTables.movies)
    let originalLanguage = ColumnPlace("original_language", MovieTables.movies)
    let overview = ColumnPlace("overview", MovieTables.movies)
    let tagline = ColumnPlace("tagline", MovieTables.movies)
    let status = ColumnPlace("status", MovieTables.movies)
    let releaseDate = ColumnPlace("release_date", MovieTables.movies)
    let runtime = ColumnPlace("runtime", MovieTables.movies)
    let budget = ColumnPlace("budget", MovieTables.movies)
    let revenue = ColumnPlace("revenue", MovieTables.movies)
    let popularity = ColumnPlace("popularity", MovieTables.movies)
    let voteAverage = ColumnPlace("vote_average", MovieTables.movies)
    let voteCount = ColumnPlace("vote_count", MovieTables.movies)
    let imdbID = ColumnPlace("imdb_id", MovieTables.movies)
    let collectionID = ColumnPlace("collection_id", MovieTables.movies)
    let snapshotDate = ColumnPlace("snapshot_date", MovieTables.movies)
    let adult = ColumnPlace("adult", MovieTables.movies)
    let video = ColumnPlace("video", MovieTables.movies)
    let homepage = ColumnPlace("homepage", MovieTables.movies)
    let posterPath = ColumnPlace("poster_path", MovieTables.movies)
    let backdropPath = ColumnPlace("backdrop_path", MovieTables.movies)
    let hasTitle = ColumnPlace("has_title", MovieTables.movies)
    let contentHash = ColumnPlace("content_hash", MovieTables.movies)
}

/// The columns of `movie_popularity`.
private struct PopularityColumns {
    let movieID = ColumnPlace("movie_id", MovieTables.moviePopularity)
    let snapshotDate = ColumnPlace("snapshot_date", MovieTables.moviePopularity)
    let popularity = ColumnPlace("popularity", MovieTables.moviePopularity)
    let voteAverage = ColumnPlace("vote_average", MovieTables.moviePopularity)
    let voteCount = ColumnPlace("vote_count", MovieTables.moviePopularity)
    let hasTitle = ColumnPlace("has_title", MovieTables.moviePopularity)
    let contentHash = ColumnPlace("content_hash", MovieTables.moviePopularity)
}
