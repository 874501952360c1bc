import Testing

@testable import Domain

@Suite("Movie lists")
struct MovieListsTests {
    @Test("positions are those of the entries that survive, the first of a doubled one")
    func positions() throws {
        let batch = try movieBatch(
            members: #""genres":[{"id":0,"name":"Z"},{"id":28,"name":"Action"},{"id":12},{"id":"14","name":"Fantasy"},"#
                + #"{"id":28,"name":"Aktion"},{"id":12.0,"name":" Adventure "}]"#
        )
        #expect(
            batch.owned(.genres, "movie_id", "genre_id", "position") == [
                ["1", "28", "0"], ["1", "14", "1"], ["1", "12", "2"],
            ]
        )
        #expect(
            batch.shared(.genres, "genre_id", "name", "snapshot_date") == [
                ["28", "Action", "2026-11-01"], ["14", "Fantasy", "2026-11-01"], ["28", "Aktion", "2026-11-01"],
                ["12", "Adventure", "2026-11-01"],
            ]
        )
        #expect(batch.warnings == 2)
    }

    @Test("companies")
    func companies() throws {
        let batch = try movieBatch(
            members: #""production_companies":[{"id":79,"name":"V","origin_country":"us","logo_path":"/l.png"},"#
                + #"{"name":"W","id":80,"origin_country":""}]"#
        )
        #expect(
            batch.shared(.productionCompanies, "company_id", "name", "origin_country", "logo_path")
                == [["79", "V", "us", "/l.png"], ["80", "W", "-", "-"]]
        )
        #expect(batch.owned(.productionCompanies, "company_id", "position") == [["79", "0"], ["80", "1"]])
    }

    @Test("countries and languages need their code alone")
    func codes() throws {
        let batch = try movieBatch(
            members: #""production_countries":[{"iso_3166_1":"gb","name":"United Kingdom"},{"iso_3166_1":"FR"},"#
                + #"{"iso_3166_1":"GBR","name":"United Kingdom"},{"id":1,"name":"Nowhere"}],"#
                + #""spoken_languages":[{"iso_639_1":"CN","name":"广州话","english_name":"Cantonese"},"#
                + #"{"iso_639_1":"en","name":""},{"iso_639_1":"e1"}]"#
        )
        #expect(
            batch.shared(.productionCountries, "country_code", "name", "snapshot_date")
                == [["GB", "United Kingdom", "2026-11-01"], ["FR", "-", "2026-11-01"]]
        )
        #expect(batch.owned(.productionCountries, "country_code", "position") == [["GB", "0"], ["FR", "1"]])
        #expect(
            batch.shared(.spokenLanguages, "language_code", "name", "english_name")
                == [["cn", "广州话", "Cantonese"], ["en", "-", "-"]]
        )
        #expect(batch.owned(.spokenLanguages, "language_code", "position") == [["cn", "0"], ["en", "1"]])
        #expect(batch.warnings == 3)
    }

    @Test("keywords")
    func keywords() throws {
        let batch = try movieBatch(
            members: #""keywords":{"id":1,"keywords":[{"id":83,"name":"saving the world"},{"id":84,"name":"\u0000"}]}"#
        )
        #expect(batch.shared(.keywords, "keyword_id", "name") == [["83", "saving the world"], ["84", "\u{fffd}"]])
        #expect(batch.owned(.keywords, "movie_id", "keyword_id", "position") == [["1", "83", "0"], ["1", "84", "1"]])
    }

    @Test(
        "a collection needs an id and a name",
        arguments: [
            (#"{"id":9,"name":"C"}"#, "9"), (#"{"id":"9","name":" C "}"#, "9"), (#"{"id":9}"#, "-"),
            (#"{"id":9,"name":" "}"#, "-"), (#"{"name":"C"}"#, "-"), (#"{"id":-9,"name":"C"}"#, "-"), ("9", "-"),
            (#"[{"id":9,"name":"C"}]"#, "-"), ("null", "-"), (#"{"id":9,"name":"C","name":null}"#, "-"),
            (#"null,"belongs_to_collection":{"id":9,"name":"C"}"#, "9"),
            (#"{"id":9,"name":"C"},"belongs_to_collection":null"#, "-"),
        ]
    )
    func collection(json: String, id: String) throws {
        let batch = try movieBatch(members: #""belongs_to_collection":\#(json)"#)
        #expect(batch.owned(.movies, "collection_id") == [[id]])
        #expect(batch.shared(.collections, "collection_id", "name") == (id == "-" ? [] : [[id, "C"]]))
    }

    @Test("a doubled list counts as its last")
    func doubledKey() throws {
        let batch = try movieBatch(members: #""genres":[{"id":1,"name":"A"}],"genres":[{"id":2,"name":"B"},{"id":3}]"#)
        #expect(batch.owned(.genres, "genre_id") == [["2"]])
        #expect(batch.shared(.genres, "genre_id") == [["2"]])
        #expect(batch.warnings == 1)
    }

    @Test("a list of many entries keeps the first of each", .timeLimit(.minutes(1)))
    func many() throws {
        let distinct = 50_000
        let entries = (0..<2 * distinct).map { #"{"id":\#($0 % distinct + 1),"name":"n"}"# }.joined(separator: ",")
        let chunk = try movieChunk([
            Array(#"{"id":1,"title":"T","genres":[\#(entries)]}"#.utf8),
            Array(#"{"id":2,"title":"T","genres":[{"id":7,"name":"n"},{"id":7,"name":"n"}]}"#.utf8),
        ])
        let batch = try MovieDecoder().decode(chunk)
        let rows = batch.owned[OwnedTable.genres.rawValue]
        #expect(rows.count == distinct + 1)
        #expect(value(rows, distinct - 1, "genre_id") == "\(distinct)")
        #expect(value(rows, distinct, "genre_id") == "7")
        #expect(batch.shared[SharedTable.genres.rawValue].count == 2 * distinct + 2)
    }
}

@Suite("First of doubled entries")
struct FirstOccurrencesTests {
    @Test("keys of several parts differ where their parts do")
    func parts() {
        let seen = FirstOccurrences()
        let isFirst = { (left: String?, right: String?, number: Int64?) -> Bool in
            for text in [left, right] {
                if let text { text.withBytes { seen.add($0) } } else { seen.add(nil as UnsafeRawBufferPointer?) }
            }
            seen.add(number)
            return seen.isFirst()
        }
        #expect(isFirst("ab", "c", 1))
        #expect(isFirst("a", "bc", 1))
        #expect(isFirst("", "abc", 1))
        #expect(isFirst(nil, "abc", 1))
        #expect(isFirst("abc", nil, 1))
        #expect(isFirst("abc", "", 1))
        #expect(isFirst("ab", "c", nil))
        #expect(isFirst("ab", "c", 0))
        #expect(!isFirst("ab", "c", 1))
        #expect(!isFirst(nil, "abc", 1))
        seen.reset()
        #expect(isFirst("ab", "c", 1))
        #expect(!isFirst("ab", "c", 1))
    }
}
