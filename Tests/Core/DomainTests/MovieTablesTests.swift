import Testing

@testable import Domain

@Suite("Movie tables")
struct MovieTablesTests {
    @Test(
        "the contract's columns come first, in its order",
        arguments: [
            (
                MovieTables.movies,
                """
                movie_id title original_title original_language overview tagline status release_date runtime budget \
                revenue popularity vote_average vote_count imdb_id collection_id snapshot_date
                """
            ),
            (MovieTables.genres, "genre_id name"),
            (MovieTables.movieGenres, "movie_id genre_id"),
            (MovieTables.moviePopularity, "movie_id snapshot_date popularity vote_average vote_count"),
            (MovieTables.productionCompanies, "company_id name origin_country"),
            (MovieTables.productionCountries, "country_code name"),
            (MovieTables.spokenLanguages, "language_code name english_name"),
            (MovieTables.collections, "collection_id name"),
            (MovieTables.people, "person_id name"),
            (MovieTables.keywords, "keyword_id name"),
        ]
    )
    func columns(table: Table, contract: String) {
        let names = contract.split(separator: " ").map(String.init)
        #expect(table.columns.prefix(names.count).map(\.name) == names)
    }

    @Test("every table of the contract is there once")
    func names() {
        let contract = """
            movies genres movie_genres production_companies movie_production_companies production_countries \
            movie_production_countries spoken_languages movie_spoken_languages collections trailers release_calendar \
            people movie_cast movie_crew keywords movie_keywords movie_popularity
            """
        #expect(MovieTables.all.map(\.name).sorted() == contract.split(separator: " ").map(String.init).sorted())
    }

    @Test(
        "what movies share goes by snapshot date, then by all fields in column order",
        arguments: SharedTable.allCases
    )
    func sharedRank(shared: SharedTable) throws {
        let table = shared.table
        let rule = try #require(table.merge.first)
        guard case .greatest(let rank, let carried) = rule else {
            Issue.record("\(table.name) merges by \(rule)")
            return
        }
        #expect(rank == ["snapshot_date"] + table.columns.map(\.name).filter { $0 != table.key[0] }.dropLast())
        #expect(table.columns.last?.name == "snapshot_date")
        #expect(carried.isEmpty)
        #expect(table.key == [table.columns[0].name])
    }

    @Test(
        "the winner of a movie or a date brings the whole row",
        arguments: [MovieTables.movies, MovieTables.moviePopularity]
    )
    func wholeRow(table: Table) throws {
        let rule = try #require(table.merge.first)
        guard case .greatest(let rank, let carried) = rule else {
            Issue.record("\(table.name) merges by \(rule)")
            return
        }
        #expect((table.key + rank + carried).sorted() == table.columns.map(\.name).sorted())
    }

    @Test("the places of tables are those of the lists")
    func places() {
        #expect(
            OwnedTable.allCases.map(\.table.name) == [
                "movies", "movie_genres", "movie_production_companies", "movie_production_countries",
                "movie_spoken_languages", "trailers", "release_calendar", "movie_cast", "movie_crew", "movie_keywords",
            ]
        )
        #expect(
            SharedTable.allCases.map(\.table.name) == [
                "collections", "genres", "production_companies", "production_countries", "spoken_languages", "people",
                "keywords",
            ]
        )
        #expect(MovieTables.owned.count == OwnedTable.allCases.count)
        #expect(MovieTables.shared.count == SharedTable.allCases.count)
    }

    @Test("every column has a meaning that is a sentence", arguments: MovieTables.all)
    func meanings(table: Table) {
        for column in table.columns {
            #expect(column.meaning.count >= 5, "\(table.name).\(column.name)")
            #expect(column.meaning.last == "." || column.meaning.last == "…", "\(table.name).\(column.name)")
        }
        #expect(Set(table.columns.map(\.name)).count == table.columns.count)
    }

    @Test("a key stands under the name of its case")
    func keys() {
        #expect(MovieKey.names.count == MovieKey.allCases.count)
        let letters = { (text: String) in text.lowercased().filter { $0 != "_" } }
        for (key, name) in zip(MovieKey.allCases, MovieKey.names) {
            let written = letters("\(name)")
            #expect(letters("\(key)") == (written.hasPrefix("iso") ? String(written.dropLast()) : written))
        }
    }
}
