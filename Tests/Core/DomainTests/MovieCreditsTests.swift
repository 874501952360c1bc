import Testing

@testable import Domain

@Suite("Movie credits")
struct MovieCreditsTests {
    @Test("cast")
    func cast() throws {
        let batch = try movieBatch(
            members: #""credits":{"cast":[{"id":6384,"name":"Keanu Reeves","original_name":"K. R.","gender":2,"#
                + #""known_for_department":"Acting","popularity":"40.5","profile_path":"/k.jpg","adult":false,"#
                + #""cast_id":34,"character":"Neo","credit_id":"52fe","order":0},{"id":2975,"name":"L"},{"name":"M"}]}"#
        )
        #expect(
            batch.owned(
                .cast,
                "movie_id",
                "position",
                "person_id",
                "character",
                "cast_order",
                "credit_id",
                "cast_id"
            ) == [["1", "0", "6384", "Neo", "0", "52fe", "34"], ["1", "1", "2975", "-", "-", "-", "-"]]
        )
        #expect(
            batch.shared(
                .people,
                "person_id",
                "name",
                "original_name",
                "gender",
                "known_for_department",
                "popularity",
                "profile_path",
                "adult",
                "snapshot_date"
            ) == [
                ["6384", "Keanu Reeves", "K. R.", "2", "Acting", "40.5", "/k.jpg", "false", "2026-11-01"],
                ["2975", "L", "-", "-", "-", "-", "-", "-", "2026-11-01"],
            ]
        )
        #expect(batch.warnings == 1)
    }

    @Test("crew")
    func crew() throws {
        let batch = try movieBatch(
            members: #""credits":{"crew":[{"id":9340,"name":"L","job":"Director","department":"Directing","#
                + #""credit_id":"52ff"},{"id":9340,"name":"L","job":"Writer","department":"Writing"}]}"#
        )
        #expect(
            batch.owned(.crew, "movie_id", "position", "person_id", "job", "department", "credit_id") == [
                ["1", "0", "9340", "Director", "Directing", "52ff"], ["1", "1", "9340", "Writer", "Writing", "-"],
            ]
        )
        #expect(batch.shared(.people, "person_id") == [["9340"], ["9340"]])
    }

    @Test(
        "a credit is a double by its credit_id, or without one by person and role",
        arguments: [
            (#"{"id":1,"name":"A","credit_id":"x"},{"id":2,"name":"B","credit_id":"x"}"#, ["1"]),
            (#"{"id":1,"name":"A","credit_id":"x"},{"id":1,"name":"A","credit_id":"y"}"#, ["1", "1"]),
            (#"{"id":1,"name":"A","character":"N"},{"id":1,"name":"A","character":"M"}"#, ["1", "1"]),
            (#"{"id":1,"name":"A","character":"N"},{"id":1,"name":"B","character":" N "}"#, ["1"]),
            (#"{"id":1,"name":"A","character":""},{"id":1,"name":"A","character":null}"#, ["1"]),
            (#"{"id":1,"name":"A"},{"id":2,"name":"A"}"#, ["1", "2"]),
            (#"{"id":1,"name":"A","credit_id":"x"},{"id":1,"name":"A"}"#, ["1", "1"]),
        ]
    )
    func doubles(entries: String, persons: [String]) throws {
        let batch = try movieBatch(members: #""credits":{"cast":[\#(entries)]}"#)
        #expect(batch.owned(.cast, "person_id").map { $0[0] } == persons)
        #expect(batch.owned(.cast, "position").map { $0[0] } == persons.indices.map(String.init))
        #expect(batch.shared[SharedTable.people.rawValue].count == 2)
        #expect(batch.warnings == 0)
    }

    @Test("the same credit_id in cast and crew is two credits")
    func castAndCrew() throws {
        let entry = #"{"id":1,"name":"A","credit_id":"x"}"#
        let batch = try movieBatch(members: #""credits":{"crew":[\#(entry)],"cast":[\#(entry)]}"#)
        #expect(batch.owned(.cast, "position") == [["0"]])
        #expect(batch.owned(.crew, "position") == [["0"]])
    }
}
