import Hashing
import JSON

/// Cleans the movie documents of chunks (contract §3). Used by one thread at a time.
///
/// The snapshot date of a document is its source's, so that the same chunk always gives the same batch.
public final class MovieDecoder {
    private let parser: JSONParser
    private let movie = MovieColumns()
    private let popularity = PopularityColumns()
    private let lists: MovieListWriter
    private let credits: MovieCreditWriter
    private let releases: MovieReleaseWriter
    private var contentForm: [UInt8] = []

    /// - Throws: `JSONError.noMemory`.
    public init() throws(JSONError) {
        // Unknown keys are kept: they are part of the content that is hashed.
        parser = try JSONParser(keys: MovieKey.names, keepsUnknown: true)
        let seen = FirstOccurrences()
        lists = MovieListWriter(seen: seen)
        credits = MovieCreditWriter(seen: seen)
        releases = MovieReleaseWriter(seen: seen)
    }

    /// The documents and rejections of a chunk's lines, each line in one or the other.
    public func decode(_ chunk: LineChunk) -> MovieBatch {
        let batch = MovieBatch(chunk: chunk)
        batch.documents.reserveCapacity(chunk.lines.count)
        for (index, line) in chunk.lines.enumerated() {
            batch.read += 1
            if let rejection = chunk.rejectionByNote(of: line) {
                batch.rejections.append(rejection)
                continue
            }
            do throws(JSONError) {
                let bytes = chunk.buffer.bytes(at: Int(line.span.offset), count: Int(line.span.length))
                clean(try parser.parse(bytes), of: line, at: index, into: batch)
            } catch {
                precondition(error != .noMemory, "out of memory: a line could not be parsed")
                let message = MovieRules.malformed(error)
                batch.rejections.append(chunk.rejection(of: line, rule: .malformedJSON, message: message))
            }
        }
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
            batch.rejections.append(batch.chunk.rejection(of: line, rule: .missingTitle, message: message))
            return
        }
        var rows = DocumentRows(batch: batch, movieID: movieID, snapshotDay: batch.chunk.source.snapshotDay)
        let numbers = MovieNumbers(document, &rows)
        let rank = MovieRank(
            hasTitle: document[.title] != nil,
            snapshotDay: rows.snapshotDay,
            voteCount: numbers.voteCount,
            contentHash: contentHash(document)
        )
        writeMovie(document, title, numbers, rank, &rows)
        lists.write(document, &rows)
        credits.write(document, &rows)
        releases.write(document, &rows)
        let popularityRow = writePopularity(numbers, rank, rows)
        batch.warnings += rows.warnings
        batch.documents.append(
            MovieDocument(line: index, movieID: movieID, rank: rank, owned: rows.ranges, popularity: popularityRow)
        )
    }

    private func contentHash(_ document: JSONValue) -> [UInt8] {
        contentForm.removeAll(keepingCapacity: true)
        document.appendContentForm(to: &contentForm)
        return contentForm.withUnsafeBytes { Digest.sha256($0) }
    }

    private func writeMovie(
        _ document: JSONValue,
        _ title: UnsafeRawBufferPointer,
        _ numbers: MovieNumbers,
        _ rank: MovieRank,
        _ rows: inout DocumentRows
    ) {
        let collection = lists.writeCollection(document, &rows)
        let row = rows.owned(.movies)
        row.set(movie.movieID, rows.movieID)
        // `title` is known; what is taken here is the warning of one that is no text.
        _ = rows.take(MovieFields.text(document[.title]))
        row.set(movie.title, title)
        row.set(movie.originalTitle, rows.take(MovieFields.text(document[.originalTitle])))
        row.set(movie.originalLanguage, rows.take(MovieFields.text(document[.originalLanguage])))
        row.set(movie.overview, rows.take(MovieFields.text(document[.overview])))
        row.set(movie.tagline, rows.take(MovieFields.text(document[.tagline])))
        row.set(movie.status, rows.take(MovieFields.text(document[.status])))
        row.set(movie.releaseDate, day: rows.take(MovieFields.date(document[.releaseDate])))
        row.set(movie.runtime, rows.take(MovieFields.amount(document[.runtime])))
        row.set(movie.budget, rows.take(MovieFields.amount(document[.budget])))
        row.set(movie.revenue, rows.take(MovieFields.amount(document[.revenue])))
        row.set(movie.popularity, numbers.popularity)
        row.set(movie.voteAverage, numbers.voteAverage)
        row.set(movie.voteCount, numbers.voteCount)
        row.set(movie.imdbID, rows.take(MovieFields.text(document[.imdbID])))
        row.set(movie.collectionID, collection)
        row.set(movie.snapshotDate, day: rows.snapshotDay)
        row.set(movie.adult, rows.take(MovieFields.boolean(document[.adult])))
        row.set(movie.video, rows.take(MovieFields.boolean(document[.video])))
        row.set(movie.homepage, rows.take(MovieFields.text(document[.homepage])))
        row.set(movie.posterPath, rows.take(MovieFields.text(document[.posterPath])))
        row.set(movie.backdropPath, rows.take(MovieFields.text(document[.backdropPath])))
        row.set(movie.hasTitle, rank.hasTitle)
        row.set(movie.contentHash, blob: rank.contentHash)
    }

    private func writePopularity(_ numbers: MovieNumbers, _ rank: MovieRank, _ rows: DocumentRows) -> Int {
        let index = rows.batch.popularity.count
        let row = RowWriter(rows.batch.popularity)
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

/// What a movie's row and its row of popularity have in common.
private struct MovieNumbers {
    let popularity, voteAverage: Double?
    let voteCount: Int64?

    init(_ document: JSONValue, _ rows: inout DocumentRows) {
        popularity = rows.take(MovieFields.number(document[.popularity]))
        voteAverage = rows.take(MovieFields.number(document[.voteAverage]))
        voteCount = rows.take(MovieFields.integer(document[.voteCount]))
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
