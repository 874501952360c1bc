import Testing

@testable import Domain

@Suite("Movie documents")
struct MovieDecoderTests {
    private static let movie = [
        "movie_id", "title", "original_title", "original_language", "overview", "tagline", "status", "release_date",
        "runtime", "budget", "revenue", "popularity", "vote_average", "vote_count", "imdb_id", "collection_id",
        "snapshot_date", "adult", "video", "homepage", "poster_path", "backdrop_path", "has_title",
    ]

    @Test("a document fills every column")
    func everyColumn() throws {
        let batch = try movieBatch([
            #"""
            {"adult":false,"backdrop_path":"/b.jpg","belongs_to_collection":{"id":2344,"name":"The Matrix Collection",
            "poster_path":"/p.jpg","backdrop_path":"/q.jpg"},"budget":63000000,"homepage":"http://w","id":603,
            "imdb_id":"tt0133093","original_language":"en","original_title":"The Matrix!","overview":"O",
            "popularity":79.9,"poster_path":"/m.jpg","release_date":"1999-03-30","revenue":463517383,"runtime":136,
            "status":"Released","tagline":"Welcome","title":"The Matrix","video":true,"vote_average":8.2,
            "vote_count":22000}
            """#
        ])
        #expect(
            values(batch.owned[0], Self.movie) == [
                [
                    "603", "The Matrix", "The Matrix!", "en", "O", "Welcome", "Released", "1999-03-30", "136",
                    "63000000", "463517383", "79.9", "8.2", "22000", "tt0133093", "2344", "2026-11-01", "false",
                    "true", "http://w", "/m.jpg", "/b.jpg", "true",
                ]
            ]
        )
        #expect(
            values(batch.popularity, ["movie_id", "snapshot_date", "popularity", "vote_average", "vote_count"])
                == [["603", "2026-11-01", "79.9", "8.2", "22000"]]
        )
        #expect(value(batch.popularity, 0, "has_title") == "true")
        #expect(value(batch.popularity, 0, "content_hash") == value(batch.owned[0], 0, "content_hash"))
        #expect(
            batch.shared(.collections, "collection_id", "name", "poster_path", "backdrop_path", "snapshot_date")
                == [["2344", "The Matrix Collection", "/p.jpg", "/q.jpg", "2026-11-01"]]
        )
        #expect(batch.warnings == 0)
    }

    @Test("a line of the daily ID export is a movie without votes")
    func export() throws {
        let batch = try movieBatch([
            #"{"adult":false,"id":3924,"original_title":"Blondie","popularity":2.4,"video":false}"#
        ])
        #expect(
            values(batch.owned[0], Self.movie) == [
                ["3924", "Blondie", "Blondie"] + Array(repeating: "-", count: 8) + ["2.4"]
                    + Array(repeating: "-", count: 4) + ["2026-11-01", "false", "false", "-", "-", "-", "false"]
            ]
        )
        #expect(batch.documents.map(\.rank.hasTitle) == [false])
        #expect(batch.documents.map(\.rank.voteCount) == [nil])
        #expect(batch.warnings == 0)
    }

    @Test("a document of pandas and CSV reads like TMDB's own")
    func pandas() throws {
        let batch = try movieBatch([
            #"""
            {"id":"603.0","title":" The Matrix ","budget":"63000000","revenue":4.63e8,"runtime":136.0,
            "vote_count":"22000.0","vote_average":"8.2","popularity":"79.90","adult":"False","video":"TRUE",
            "release_date":" 1999-03-30 ","tagline":"","homepage":"  ","status":null,"belongs_to_collection":"",
            "genres":"","credits":"","videos":null}
            """#
        ])
        #expect(
            values(batch.owned[0], Self.movie) == [
                [
                    "603", "The Matrix", "-", "-", "-", "-", "-", "1999-03-30", "136", "63000000", "463000000", "79.9",
                    "8.2", "22000", "-", "-", "2026-11-01", "false", "true", "-", "-", "-", "true",
                ]
            ]
        )
        #expect(batch.warnings == 0)
    }

    @Test(
        "title, original title, and what is stored",
        arguments: [
            (#""title":"T","original_title":"O""#, "T", "O", true, 0),
            (#""title":"T""#, "T", "-", true, 0),
            (#""original_title":"O""#, "O", "O", false, 0),
            (#""title":null,"original_title":"O""#, "O", "O", true, 0),
            (#""title":" ","original_title":" O ""#, "O", "O", true, 0),
            (#""title":1984,"original_title":"O""#, "O", "O", true, 1),
            (#""title":["T"],"original_title":"O""#, "O", "O", true, 1),
            (#""title":"T","original_title":1984"#, "T", "-", true, 1),
            (#""title":"T","title":"U""#, "U", "-", true, 0),
            (#""title":"T","title":"","original_title":"O""#, "O", "O", true, 0),
            (#""title":"a\u0000b""#, "a\u{fffd}b", "-", true, 0),
        ]
    )
    func titles(members: String, title: String, original: String, hasTitle: Bool, warnings: Int) throws {
        let batch = try movieBatch([#"{"id":1,\#(members)}"#])
        #expect(batch.owned(.movies, "title", "original_title") == [[title, original]])
        #expect(batch.owned(.movies, "has_title") == [[String(hasTitle)]])
        #expect(batch.documents.map(\.rank.hasTitle) == [hasTitle])
        #expect(batch.warnings == warnings)
    }

    @Test(
        "warnings",
        arguments: [
            (#""budget":0,"revenue":0.0,"runtime":"0""#, 0), (#""budget":-5"#, 1), (#""runtime":98.5"#, 1),
            (#""vote_count":-5"#, 0), (#""vote_count":1.5"#, 1), (#""vote_count":true"#, 1),
            (#""popularity":"high","vote_average":1e999"#, 2), (#""overview":5"#, 1), (#""overview":"""#, 0),
            (#""release_date":"1999-02-30""#, 1), (#""release_date":"""#, 0), (#""adult":1,"video":"no""#, 2),
            (#""original_language":"EN","imdb_id":7"#, 1), (#""unread":{"a":[{}]}"#, 0),
            (#""genres":"x""#, 1), (#""genres":{}"#, 1), (#""genres":[null,5,"",[],{}]"#, 5), (#""genres":0"#, 1),
            (#""genres":[{"id":1,"name":5,"id":"x"}]"#, 1), (#""genres":[{"id":1,"name":"A"},{"id":1,"name":"A"}]"#, 0),
            (#""belongs_to_collection":{}"#, 1), (#""belongs_to_collection":[]"#, 1),
            (#""belongs_to_collection":{"id":1}"#, 1),
            (#""belongs_to_collection":{"id":1,"name":"C","poster_path":1}"#, 1),
            (#""belongs_to_collection":7"#, 1), (#""belongs_to_collection":null"#, 0),
            (#""production_companies":[{"id":1,"name":"C","origin_country":"","logo_path":null}]"#, 0),
            (#""production_companies":[{"id":1,"name":"C","origin_country":5,"logo_path":[]}]"#, 2),
            (#""production_companies":[{"id":0,"name":"C","origin_country":5}]"#, 1),
            (#""production_countries":[{"iso_3166_1":"US","name":""},{"iso_3166_1":"USA"},{"name":"X"}]"#, 2),
            (#""spoken_languages":[{"iso_639_1":"en","name":5,"english_name":false},{"iso_639_1":""}]"#, 3),
            (#""credits":[]"#, 1), (#""credits":{"cast":{},"crew":"x"}"#, 2), (#""credits":{}"#, 0),
            (#""credits":{"cast":[{"id":1,"name":"P","order":"first","gender":null,"adult":"x"}]}"#, 2),
            (#""keywords":{"keywords":[{"id":1,"name":"k"},{"id":2}]}"#, 1), (#""keywords":[]"#, 1),
            (#""videos":{"results":[{"id":5},{"id":""},{"id":"v","size":"big"}]}"#, 3),
            (#""release_dates":{"results":[{"iso_3166_1":"US","release_dates":[{"release_date":""},{}]}]}"#, 2),
            (#""release_dates":{"results":[{"iso_3166_1":"USA","release_dates":[{},{}]}]}"#, 1),
            (#""release_dates":{"results":[{"iso_3166_1":"US","release_dates":5},{"iso_3166_1":"GB"}]}"#, 1),
        ]
    )
    func warnings(members: String, expected: Int) throws {
        let batch = try movieBatch(members: members)
        #expect(batch.documents.count == 1)
        #expect(batch.warnings == expected)
    }

    @Test("each document has its own rows, and rejected lines have none")
    func ranges() throws {
        let batch = try movieBatch([
            #"{"id":1,"title":"A","genres":[{"id":1,"name":"G"},{"id":2,"name":"H"}]}"#,
            #"{"id":0,"title":"B","genres":[{"id":3,"name":"I"}]}"#,
            #"{"id":2,"title":"C"}"#,
            #"{"id":1,"title":"D","genres":[{"id":4,"name":"J"}]}"#,
        ])
        #expect(batch.read == 4)
        #expect(batch.documents.map(\.line) == [0, 2, 3])
        #expect(batch.documents.map(\.movieID) == [1, 2, 1])
        #expect(batch.documents.map(\.popularity) == [0, 1, 2])
        #expect(batch.documents.map { $0.owned[OwnedTable.movies.rawValue] } == [0..<1, 1..<2, 2..<3])
        #expect(batch.documents.map { $0.owned[OwnedTable.genres.rawValue] } == [0..<2, 2..<2, 2..<3])
        #expect(batch.documents.allSatisfy { $0.owned.count == MovieTables.owned.count })
        #expect(
            batch.owned(.genres, "movie_id", "genre_id", "position") == [
                ["1", "1", "0"], ["1", "2", "1"], ["1", "4", "0"],
            ]
        )
        #expect(batch.shared(.genres, "genre_id") == [["1"], ["2"], ["4"]])
    }

    @Test(
        "every key with every type of value: no crash, one document, a movie row",
        arguments: [
            "null", "true", "false", "0", "-0", "-1", "1e999", "9223372036854775807", "18446744073709551616",
            #""""#, #""\u0000""#, #""x""#, "[]", "[[]]", "[null]", "[{}]", #"[{"id":1,"name":"n"}]"#, "{}",
            #"{"results":[[]]}"#, #"{"id":{},"name":[]}"#, #"{"cast":[[]],"crew":[5],"results":{},"keywords":[null]}"#,
        ]
    )
    func types(value: String) throws {
        for name in MovieKey.names where "\(name)" != "id" && "\(name)" != "title" {
            let batch = try movieBatch(members: #""\#(name)":\#(value)"#)
            #expect(batch.documents.count == 1, "\(name)")
            #expect(batch.owned(.movies, "movie_id", "title") == [["1", "T"]], "\(name)")
            #expect(
                batch.owned.dropFirst().allSatisfy { set in (0..<set.count).allSatisfy { !set[$0].isNull(column: 0) } }
            )
        }
    }

    @Test("columns that are never null are set in every row of a full document")
    func required() throws {
        let batch = try movieBatch([MovieExamples.full, MovieExamples.full])
        for rows in batch.owned + batch.shared + [batch.popularity] {
            #expect(rows.count > 0, "\(rows.table.name)")
            for row in 0..<rows.count {
                for (column, declared) in rows.table.columns.enumerated() where !declared.isNullable {
                    #expect(!rows[row].isNull(column: column), "\(rows.table.name).\(declared.name)")
                }
            }
        }
        #expect(batch.warnings == 0)
    }

    @Test("the rows of one document have different keys, however its lists repeat themselves")
    func keys() throws {
        let entries = MovieExamples.repeating
        let batch = try movieBatch([entries])
        for rows in batch.owned {
            let keys = values(rows, rows.table.key)
            #expect(Set(keys).count == keys.count, "\(rows.table.name)")
            #expect(rows.count > 0, "\(rows.table.name)")
        }
    }
}

/// Documents that several tests read.
enum MovieExamples {
    /// One with every key that is read.
    static let full = #"""
        {"id":603,"title":"The Matrix","original_title":"The Matrix","original_language":"en","overview":"O",
        "belongs_to_collection":{"id":2344,"name":"C","poster_path":"/p","backdrop_path":"/b"},"adult":false,
        "genres":[{"id":28,"name":"Action"}],
        "production_companies":[{"id":79,"name":"V","logo_path":"/l","origin_country":"US"}],
        "production_countries":[{"iso_3166_1":"US","name":"United States of America"}],
        "spoken_languages":[{"english_name":"English","iso_639_1":"en","name":"English"}],
        "videos":{"results":[{"id":"533ec","iso_639_1":"en","iso_3166_1":"US","key":"m8e","name":"Trailer",
        "site":"YouTube","size":1080,"type":"Trailer","official":true,"published_at":"2013-01-02T03:04:05.000Z"}]},
        "credits":{"cast":[{"adult":false,"gender":2,"id":6384,"known_for_department":"Acting","name":"K",
        "original_name":"K","popularity":40.5,"profile_path":"/k","cast_id":34,"character":"Neo",
        "credit_id":"52fe","order":0}],"crew":[{"id":9340,"name":"L","job":"Director","department":"Directing",
        "credit_id":"52ff"}]},"keywords":{"keywords":[{"id":83,"name":"saving the world"}]},
        "release_dates":{"results":[{"iso_3166_1":"US","release_dates":[{"certification":"R","descriptors":[],
        "iso_639_1":"","note":"","release_date":"1999-03-31T00:00:00.000Z","type":3}]}]}}
        """#.replacing("\n", with: "")

    /// One whose entries all come twice, some of them only once they are cleaned.
    static let repeating = #"""
        {"id":1,"title":"T","genres":[{"id":1,"name":"A"},{"id":1.0,"name":"B"},{"id":"1","name":"C"}],
        "production_companies":[{"id":1,"name":"A"},{"id":1,"name":"A"}],
        "production_countries":[{"iso_3166_1":"us"},{"iso_3166_1":" US "}],
        "spoken_languages":[{"iso_639_1":"en"},{"iso_639_1":"EN"}],
        "keywords":{"keywords":[{"id":1,"name":"A"},{"id":1e0,"name":"A"}]},
        "videos":{"results":[{"id":"a\u0000"},{"id":"a\ufffd"},{"id":" a\u0000 "}]},
        "credits":{"cast":[{"id":1,"name":"A"},{"id":1,"name":"A"}],"crew":[{"id":1,"name":"A"},{"id":1,"name":"A"}]},
        "release_dates":{"results":[{"iso_3166_1":"US","release_dates":[{"release_date":"2020-01-01"}]},
        {"iso_3166_1":"us","release_dates":[{"release_date":"2020-01-01T00:00:00Z"}]}]}}
        """#.replacing("\n", with: "")
}
