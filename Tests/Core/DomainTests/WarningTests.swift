import Testing

@testable import Domain

@Suite("Warnings say why")
struct WarningTests {
    private func names(_ tally: WarningTally) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: tally.byReason.map { ($0.key.name, $0.value) })
    }

    @Test(
        "movies, by reason",
        arguments: [
            (#""budget":0,"release_date":"","genres":[]"#, [:]),
            (
                #""release_date":"1999-02-30","runtime":98.5,"budget":-5"#,
                ["release_date_invalid": 1, "runtime_invalid": 1, "budget_invalid": 1]
            ),
            (
                #""popularity":"high","vote_average":1e999,"vote_count":1.5"#,
                ["popularity_invalid": 1, "vote_average_invalid": 1, "vote_count_invalid": 1]
            ),
            (#""title":5,"original_title":"O""#, ["title_invalid": 1]),
            (
                #""genres":[null,5,{"id":1,"name":5}],"keywords":{"keywords":[{"id":2}]}"#,
                ["genre_dropped": 3, "keyword_dropped": 1]
            ),
            (
                #""genres":"x","keywords":{"keywords":5},"production_companies":1"#,
                ["genres_invalid": 1, "keywords_invalid": 1, "production_companies_invalid": 1]
            ),
            (#""belongs_to_collection":{"id":1}"#, ["collection_dropped": 1]),
            (#""belongs_to_collection":{"id":1,"name":"C","poster_path":1}"#, ["collection_poster_path_invalid": 1]),
            (
                #""production_companies":[{"id":1,"name":"C","origin_country":5,"logo_path":[]},{"id":0}]"#,
                ["company_origin_country_invalid": 1, "company_logo_path_invalid": 1, "company_dropped": 1]
            ),
            (
                #""production_countries":[{"iso_3166_1":"USA"},{"iso_3166_1":"US","name":5}]"#,
                ["country_dropped": 1, "country_name_invalid": 1]
            ),
            (
                #""spoken_languages":[{"iso_639_1":"en","name":5,"english_name":false},{"iso_639_1":""}]"#,
                ["language_name_invalid": 1, "language_english_name_invalid": 1, "language_dropped": 1]
            ),
            (#""credits":[]"#, ["credits_invalid": 1]),
            (#""credits":{"cast":{},"crew":"x"}"#, ["credits_cast_invalid": 1, "credits_crew_invalid": 1]),
            (
                #""credits":{"cast":[{"id":1,"name":"P","order":"first","adult":"x"}],"crew":[{"id":1},5]}"#,
                ["cast_order_invalid": 1, "cast_adult_invalid": 1, "crew_dropped": 2]
            ),
            (
                #""credits":{"crew":[{"id":1,"name":"P","job":5,"gender":"x"}]}"#,
                ["crew_job_invalid": 1, "crew_gender_invalid": 1]
            ),
            (
                #""videos":{"results":[{"id":5},{"id":"v","size":"big","published_at":"now"}]}"#,
                ["video_dropped": 1, "video_size_invalid": 1, "video_published_at_invalid": 1]
            ),
            (#""videos":5,"release_dates":{"results":5}"#, ["videos_invalid": 1, "release_dates_invalid": 1]),
            (
                #""release_dates":{"results":[{"iso_3166_1":"US","release_dates":[{"release_date":""},"#
                    + #"{"release_date":"2020-01-01","type":"x","note":1}]},{"iso_3166_1":"GB","release_dates":5},{}]}"#,
                [
                    "release_dropped": 1, "release_type_invalid": 1, "release_note_invalid": 1,
                    "release_country_release_dates_invalid": 1, "release_country_dropped": 1,
                ]
            ),
        ] as [(String, [String: Int])]
    )
    func movies(members: String, expected: [String: Int]) throws {
        let batch = try movieBatch(members: members)
        #expect(names(batch.warningTally) == expected)
        #expect(batch.warnings == expected.values.reduce(0, +))
        #expect(batch.warningTally.examples.isEmpty)
    }

    @Test(
        "an example says what was found and what is expected",
        arguments: [
            (
                #""release_date":"1999-02-30""#, "made null",
                #"release_date is "1999-02-30"; expected a date that exists, YYYY-MM-DD"#
            ),
            (#""title":5,"original_title":"O""#, "taken from original_title", "title is 5; expected text"),
            (
                #""genres":[{"id":0}]"#, "the entry is dropped",
                "genres[].id is 0, genres[].name is absent; expected an id, an integer from 1, and a name"
            ),
            (
                #""genres":[null]"#, "the entry is dropped",
                "genres[] is null; expected an id, an integer from 1, and a name"
            ),
            (
                #""credits":{"cast":[{"id":1,"name":"P","order":true}]}"#, "made null",
                "credits.cast[].order is true; expected an integer"
            ),
            (
                #""belongs_to_collection":[]"#, "made null",
                "belongs_to_collection is an array; expected an id, an integer from 1, and a name"
            ),
            (#""videos":{"results":{}}"#, "left out", "videos is an object; expected an object that contains a list"),
            (
                #""production_countries":[{"iso_3166_1":"USA"}]"#, "the entry is dropped",
                #"production_countries[].iso_3166_1 is "USA"; expected a two-letter country code"#
            ),
        ]
    )
    func messages(members: String, consequence: String, message: String) throws {
        let chunk = try movieChunk([Array("{}".utf8), Array(#"{"id":1,"title":"T",\#(members)}"#.utf8)])
        let tally = try MovieDecoder(warningExamples: 2).decode(chunk).warningTally
        let (reason, examples) = try #require(tally.examples.first)
        #expect(tally.examples.count == 1)
        #expect(examples == [WarningTally.Example(line: 1, message: message)])
        #expect(reason.consequence == consequence)
    }

    @Test("the first are kept, all are counted")
    func limit() throws {
        let chunk = try movieChunk((0..<5).map { Array(#"{"id":1,"title":"T","runtime":"\#($0)x"}"#.utf8) })
        let tally = try MovieDecoder(warningExamples: 2).decode(chunk).warningTally
        #expect(names(tally) == ["runtime_invalid": 5])
        #expect(tally.examples.values.map { $0.map(\.line) } == [[0, 1]])
    }

    @Test("events: keys that are too long, of lines that are taken")
    func events() throws {
        let long = String(repeating: "k", count: 513)
        let lines = [
            event(["session_id": "\"\(long)\""]),
            event("comment", #"{"comment_id":"c","parent_id":"\#(long)","body":"B"}"#, ["session_id": "\"\(long)\""]),
            event("comment", #"{"comment_id":"\#(long)","body":"B"}"#, ["session_id": "\"\(long)\""]), event([:]),
        ]
        #expect(names(try eventBatch(lines).warningTally) == ["session_id_too_long": 2, "parent_id_too_long": 1])
        let chunk = try eventBatch(lines).chunk
        let tally = try EventDecoder(clock: eventClock, warningExamples: 1).decode(chunk).warningTally
        let start = String(repeating: "k", count: FoundValue.maximumLength)
        #expect(
            tally.examples.values.flatMap(\.self).sorted { $0.message > $1.message } == [
                .init(line: 0, message: #"session_id is "\#(start)…" of 513 bytes; expected at most 512 bytes"#),
                .init(line: 1, message: #"parent_id is "\#(start)…" of 513 bytes; expected at most 512 bytes"#),
            ])
    }

    /// An entry in which every key has a value that is wrong for most, but for some that are set right at its end.
    private func entry(_ wrong: String, _ right: String) -> String {
        "{" + MovieKey.names.map { "\"\($0)\":\(wrong)," }.joined() + right + "}"
    }

    /// A document with an entry of each list that is wrong in all but what it needs, and one that is empty.
    private func lists(_ wrong: String) -> String {
        let person = entry(wrong, #""id":1,"name":"N""#)
        let named = "[\(person),{}]"
        let country = entry(wrong, #""iso_3166_1":"US""#)
        let language = entry(wrong, #""iso_639_1":"en""#)
        let video = entry(wrong, #""id":"v""#)
        let release = entry(wrong, #""release_date":"2020-01-01""#)
        return """
            {"id":1,"title":"T","belongs_to_collection":\(person),"genres":\(named),"production_companies":\(named),
            "production_countries":[\(country),{}],"spoken_languages":[\(language),{}],"keywords":{"keywords":\(named)},
            "credits":{"cast":\(named),"crew":\(named)},"videos":{"results":[\(video),{}]},"release_dates":{"results":
            [{},\(country),{"iso_3166_1":"US","release_dates":[\(release),{}]}]}}
            """.replacing("\n", with: "")
    }

    @Test("every field that is read, and every entry, has a reason of its own name")
    func everyReason() throws {
        var reasons: Set<WarningReason> = []
        // Each is right where the other is wrong: a number is no boolean, and a boolean no number.
        for wrong in ["true", "5.5"] {
            let lines = [
                entry(wrong, #""id":1,"original_title":"O""#), entry(wrong, #""id":1,"title":"T""#),
                entry(wrong, #""id":1,"title":"T","credits":{"cast":true,"crew":true}"#), lists(wrong),
            ]
            let batch = try movieBatch(lines)
            #expect(batch.documents.count == lines.count)
            reasons.formUnion(batch.warningTally.byReason.keys)
        }
        let names = Set(reasons.map(\.name))
        #expect(names.count == reasons.count)
        #expect(names.count == 80, "\(names.sorted())")
        #expect(reasons.allSatisfy { !$0.expectation.isEmpty && !$0.consequence.isEmpty })
        for name in ["title_invalid", "video_official_invalid", "cast_cast_id_invalid", "crew_popularity_invalid"] {
            #expect(names.contains(name), "\(name)")
        }
    }
}
