import Domain
import Testing

@testable import Generator

/// What the movie decoder makes of generated movie files.
struct CleanedMovies {
    var documents: [MovieDocument] = []
    var duplicates = 0
    var rejected: [String: Int] = [:]
    var warnings = 0
}

/// The movie files of generated data, cleaned; a document is a duplicate when its day has had one that is not less.
func cleanedMovies(_ data: GeneratedFolder) throws -> CleanedMovies {
    var cleaned = CleanedMovies()
    let decoder = try MovieDecoder()
    for file in try data.files("movies") {
        let source = Source(name: file.name, port: .movies, number: 0)
        let day = try #require(file.day)
        let chunk = LineChunk(source: source, capacity: file.bytes.count, start: SourcePosition())
        for (index, line) in file.lines.enumerated() {
            let content = line.last == 0x0d ? line.dropLast() : line
            let offset = Array(content).withUnsafeBytes { chunk.buffer.append($0) }
            let span = ByteRange(offset: offset, length: content.count)
            chunk.lines.append(Line(span: span, number: Int64(index + 1), byteOffset: Int64(offset), snapshotDay: day))
        }
        let batch = try decoder.decode(chunk)
        var greatest: [Int64: MovieRank] = [:]
        for document in batch.documents {
            if let rank = greatest[document.movieID], rank >= document.rank {
                cleaned.duplicates += 1
            } else {
                greatest[document.movieID] = document.rank
                cleaned.documents.append(document)
            }
        }
        for rejection in batch.rejections { cleaned.rejected[rejection.rule.rawValue, default: 0] += 1 }
        cleaned.warnings += batch.warnings
    }
    return cleaned
}

@Suite struct MovieTests {
    @Test(arguments: [
        options(movies: 300, events: 0), options(movies: 300, events: 0, dirt: 0.03),
        options(movies: 1000, events: 0, dirt: 0.3), options(movies: 200, events: 0, dirt: 1),
        options(movies: 200, events: 0, days: 1, dirt: 0.3), options(movies: 1, events: 0, dirt: 1),
        options(movies: 0, events: 0, dirt: 1),
    ])
    func countsAreExact(_ options: GeneratorOptions) throws {
        let data = try GeneratedFolder(options)
        let planted = data.counts
        let cleaned = try cleanedMovies(data)
        let files = try data.files("movies")
        #expect(files.reduce(0) { $0 + $1.bytes.count { $0 == 0x0a } } == planted.movieLines)
        #expect(files.count == planted.movieFiles)
        #expect(cleaned.documents.count == planted.distinctMovieDocuments)
        #expect(cleaned.duplicates == planted.movieDuplicates)
        #expect(cleaned.rejected == planted.movieRejectedByRule)
        #expect(cleaned.warnings == planted.movieWarnings)
        #expect(Set(cleaned.documents.map(\.movieID)).count == options.movies)
        if options.dirt == 0 {
            #expect(planted.movieDuplicates + planted.movieRejected + planted.movieWarnings == 0)
        } else if options.movies > 100, options.dirt > 0.1 {
            #expect(Set(cleaned.rejected.keys) == ["malformed_json", "invalid_movie_id", "missing_title"])
            #expect(planted.movieDuplicates > 0 && planted.movieWarnings > 0)
        }
    }

    @Test func aQuarterHasNewerVotesOnTheLastDay() throws {
        let cleaned = try cleanedMovies(GeneratedFolder(options(movies: 400, events: 0)))
        var first: [Int64: MovieRank] = [:]
        var later = 0
        for document in cleaned.documents {
            guard document.rank.snapshotDay == endDay else {
                first[document.movieID] = document.rank
                continue
            }
            let before = try #require(first[document.movieID])
            #expect(document.rank > before)
            #expect(try #require(document.rank.voteCount) >= (try #require(before.voteCount)))
            later += 1
        }
        #expect(first.count == 400)
        #expect(later == 100)
    }

    @Test func documentsHaveTMDBsKeys() throws {
        let file = try #require(try GeneratedFolder(options(movies: 300, events: 0)).files("movies").first)
        let lines = file.lines.map { String(decoding: $0, as: UTF8.self) }
        let keys = [
            "adult", "backdrop_path", "belongs_to_collection", "budget", "genres", "homepage", "id", "imdb_id",
            "original_language", "original_title", "overview", "popularity", "poster_path", "production_companies",
            "production_countries", "release_date", "revenue", "runtime", "spoken_languages", "status", "tagline",
            "title", "video", "vote_average", "vote_count",
        ]
        for line in lines { #expect(keys.allSatisfy { line.contains("\"\($0)\":") }) }
        let blocks = lines.count { line in
            ["videos", "credits", "keywords", "release_dates"].allSatisfy { line.contains("\"\($0)\":{") }
        }
        #expect((180...240).contains(blocks))
        for part in ["\"release_date\":\"\"", "\"release_date\":\"195", "\"release_date\":\"2027", "\"budget\":0,"] {
            #expect(lines.contains { $0.contains(part) }, "\(part)")
        }
        #expect(lines.contains { $0.contains("Collection\"") })
        #expect(lines.contains { $0.contains("\"status\":\"Post Production\"") })
        #expect(lines.contains { $0.contains("\"original_language\":\"qk\"") })
    }

    @Test func companiesAndPeopleKeepTheirNames() {
        let names = MovieNames(movies: 100, seed: 4)
        let again = MovieNames(movies: 100, seed: 4)
        for number in 0..<50 {
            #expect(names.company(number) == again.company(number))
            #expect(names.person(number) == again.person(number))
            #expect(names.series(number) == again.series(number))
        }
    }
}
