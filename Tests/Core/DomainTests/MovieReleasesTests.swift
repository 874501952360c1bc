import Testing

@testable import Domain

@Suite("Movie videos and releases")
struct MovieReleasesTests {
    @Test("videos")
    func videos() throws {
        let batch = try movieBatch(
            members: #""videos":{"results":[{"iso_639_1":"en","iso_3166_1":"US","name":"Official","key":"m8e","#
                + #""site":"YouTube","size":1080,"type":"Trailer","official":true,"#
                + #""published_at":"2013-01-02T03:04:05.000Z","id":" 533ec "},{"id":533},{"id":"533ec","name":"again"},"#
                + #"{"id":"533ed","published_at":"yesterday"}]}"#
        )
        #expect(
            batch.owned(
                .trailers,
                "movie_id",
                "video_id",
                "name",
                "site",
                "site_key",
                "type",
                "official",
                "published_at",
                "size",
                "language_code",
                "country_code",
                "position"
            ) == [
                [
                    "1", "533ec", "Official", "YouTube", "m8e", "Trailer", "true", "2013-01-02T03:04:05.000Z", "1080",
                    "en", "US", "0",
                ],
                ["1", "533ed", "-", "-", "-", "-", "-", "-", "-", "-", "-", "1"],
            ]
        )
        #expect(batch.warnings == 2)
    }

    @Test("releases")
    func releases() throws {
        let batch = try movieBatch(
            members: #""release_dates":{"results":[{"iso_3166_1":"us","release_dates":[{"certification":"R","#
                + #""iso_639_1":"en","note":"Premiere","release_date":"1999-03-24T00:00:00.000Z","type":1},"#
                + #"{"certification":"","release_date":"1999-03-31","type":3,"note":null},{"type":4}]},"#
                + #"{"iso_3166_1":"840","release_dates":[{"release_date":"1999-03-31"}]},{"iso_3166_1":"DE"},"#
                + #"{"iso_3166_1":"FR","release_dates":[{"release_date":"1999-06-23T00:00:00.000Z","type":"x"}]}]}"#
        )
        #expect(
            batch.owned(
                .releaseCalendar,
                "movie_id",
                "position",
                "country_code",
                "release_date",
                "type",
                "certification",
                "note",
                "language_code"
            ) == [
                ["1", "0", "US", "1999-03-24", "1", "R", "Premiere", "en"],
                ["1", "1", "US", "1999-03-31", "3", "-", "-", "-"],
                ["1", "2", "FR", "1999-06-23", "-", "-", "-", "-"],
            ]
        )
        #expect(batch.warnings == 3)
    }

    @Test("a release is a double when all of it is the same")
    func doubledReleases() throws {
        let batch = try movieBatch(
            members: #""release_dates":{"results":[{"iso_3166_1":"US","release_dates":["#
                + #"{"release_date":"2020-01-01","type":3,"note":"A"},{"release_date":"2020-01-01","type":3,"note":"B"},"#
                + #"{"release_date":"2020-01-01","type":4,"note":"A"},{"release_date":"2020-01-01","note":"A"},"#
                + #"{"release_date":"2020-01-01T12:00:00Z","type":"3.0","note":" A "}]}]}"#
        )
        #expect(batch.owned(.releaseCalendar, "type", "note") == [["3", "A"], ["3", "B"], ["4", "A"], ["-", "A"]])
        #expect(batch.warnings == 0)
    }
}
