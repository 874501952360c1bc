import Testing

@testable import Arguments

@Suite struct ValueTests {
    @Test(
        arguments: [
            ("0", 0), ("7", 7), ("-3", -3), ("9223372036854775807", .max), ("-9223372036854775808", .min),
            ("9223372036854775808", nil), ("", nil), ("-", nil), ("+3", nil), ("1.0", nil), ("1e3", nil), (" 1", nil),
            ("٣", nil), ("0x10", nil), ("1_000", nil),
        ] as [(String, Int64?)]
    )
    func integers(text: String, value: Int64?) { #expect(ValueText.integer(text) == value) }

    @Test(
        arguments: [
            ("0", 0), ("0.5", 0.5), ("-0.5", -0.5), ("1e3", 1000), ("1E-2", 0.01), ("1e999", nil), ("nan", nil),
            ("inf", nil), ("", nil), (".5", nil), ("5.", nil), ("0x1p3", nil), ("1 ", nil), ("1e", nil), ("--1", nil),
        ] as [(String, Double?)]
    )
    func numbers(text: String, value: Double?) { #expect(ValueText.number(text) == value) }

    @Test(
        arguments: [
            ("1970-01-01", 0), ("1970-03-01", 59), ("2000-02-29", 11_016), ("2026-11-24", 20_781),
            ("1969-12-31", -1), ("0001-01-01", -719_162), ("9999-12-31", 2_932_896), ("1900-02-28", -25_509),
            ("1900-02-29", nil), ("2023-02-29", nil), ("2024-02-30", nil), ("2024-04-31", nil), ("2024-13-01", nil),
            ("2024-00-01", nil), ("2024-01-00", nil), ("0000-01-01", nil), ("2024-1-1", nil), ("2024-01-01 ", nil),
            ("24-01-01", nil), ("", nil), ("2024/01/01", nil), ("2024-01-01T00:00:00Z", nil),
        ] as [(String, Int32?)]
    )
    func dates(text: String, day: Int32?) { #expect(ValueText.day(text) == day) }

    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01t00:00:00z", 0), ("1970-01-01", 0), ("1970-01-02", 86_400_000),
            ("2026-11-20T18:03:22.517Z", 1_795_197_802_517), ("2026-11-20T18:03:22.5179999Z", 1_795_197_802_517),
            ("1970-01-01T00:00:00.1Z", 100), ("1970-01-01T00:00:00.12Z", 120), ("1970-01-01T02:00:00+02:00", 0),
            ("1969-12-31T22:00:00-02:00", 0), ("1970-01-01T23:59:00+23:59", 0), ("1969-12-31T23:59:59.999Z", -1),
            ("1234567890123", 1_234_567_890_123), ("-5", -5), ("2026-11-20T18:03:22", nil),
            ("2026-11-20 18:03:22Z", nil),
            ("2026-11-20T18:03:60Z", nil), ("2026-11-20T24:00:00Z", nil), ("2026-11-20T18:03:22.Z", nil),
            ("2026-11-20T18:03:22+24:00", nil), ("2026-11-20T18:03:22+0200", nil), ("2026-11-20T18:03Z", nil),
            ("2026-11-20T18:03:22ZZ", nil), ("", nil), ("now", nil),
        ] as [(String, Int64?)]
    )
    func times(text: String, milliseconds: Int64?) { #expect(ValueText.milliseconds(text) == milliseconds) }

    @Test(
        arguments: [
            ("90", nil), ("90s", 90), ("15m", 900), ("2h", 7200), ("1h30m", 5400), ("1d", 86_400), ("250ms", 0.25),
            ("1.5h", 5400), ("0.5", nil), ("0.5s", 0.5), ("0s", 0), ("0", nil), ("1m1s1ms", 61.001),
            ("1d2h3m4s", 93_784), ("-1", nil),
            ("-1h", nil),
            ("", nil), ("h", nil), ("1x", nil), ("1m1h", nil), ("1h1h", nil), ("1h30", nil), ("1 h", nil), ("1H", nil),
            ("1e999s", nil), ("99999999999999d", nil), ("..s", nil),
        ] as [(String, Double?)]
    )
    func durations(text: String, seconds: Double?) {
        #expect(ValueText.duration(text) == seconds.map { .seconds($0) })
    }

    /// A 0 without a unit is refused, so the message has one with a unit.
    @Test func aDurationWithoutAUnitIsTold() {
        #expect(!ValueKind.duration.accepts("0") && ValueKind.duration.accepts("0s"))
        #expect(ValueKind.duration.expectation.contains("unit, such as 0s"))
    }

    @Test(
        arguments: [
            ("0", .count(0)), ("100", .count(100)), ("1", .count(1)), ("1%", .share(0.01)), ("0.5%", .share(0.005)),
            ("100%", .share(1)), ("0.25", .share(0.25)), ("1.0", .share(1)), ("101%", nil), ("-1", nil), ("-1%", nil),
            ("1.5", nil), ("%", nil), ("", nil), ("ten", nil),
        ] as [(String, Limit?)]
    )
    func limits(text: String, limit: Limit?) { #expect(Limit(text) == limit) }

    @Test(
        arguments: [
            (.count(0), 0, 10, false), (.count(0), 1, 10, true), (.count(5), 5, 10, false), (.share(0.5), 5, 10, false),
            (.share(0.5), 6, 10, true), (.share(0), 0, 0, false), (.share(1), 10, 10, false),
        ] as [(Limit, Int64, Int64, Bool)]
    )
    func exceeding(limit: Limit, number: Int64, total: Int64, isExceeded: Bool) {
        #expect(limit.isExceeded(by: number, of: total) == isExceeded)
    }

    @Test(arguments: [
        ("movise", "movies"), ("event", "events"), ("evnets", "events"), ("MOVIES", "movies"),
        ("wharehouse", "warehouse"),
        ("ware", "warehouse"), ("x", nil), ("zzzzzz", nil), ("", nil),
    ])
    func suggestions(written: String, name: String?) {
        #expect(Suggestion.nearest(to: written, among: ["movies", "events", "warehouse"]) == name)
    }

    @Test(arguments: [
        ("movie", "movies"), ("genre", "genres"), ("movie_", "movies"), ("movie_cas", "movie_cast"),
        ("rating", "Ratings"),
        ("top", "top_movies"), ("zzz", nil),
    ])
    func theNearestOfSimilarNames(written: String, name: String?) {
        let names = ["movie_cast", "movie_genres", "genre_daily", "top_movies", "genres", "movies", "Ratings"]
        #expect(Suggestion.nearest(to: written, among: names) == name)
    }

    @Test(arguments: [
        ("", "", 0), ("abc", "abc", 0), ("abc", "acb", 1), ("abc", "abd", 1), ("", "abc", 3), ("ca", "abc", 3),
    ])
    func distances(first: String, second: String, distance: Int) {
        #expect(Suggestion.distance(first, second) == distance)
    }
}
