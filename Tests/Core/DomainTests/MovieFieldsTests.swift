import Testing

@testable import Domain

/// A JSON value (nil: absent) and what a field rule makes of it.
typealias FieldCase = (json: String?, expected: String)

/// What no rule takes and none warns of.
private let nothings: [FieldCase] = [
    (nil, "nothing"), ("null", "nothing"), (#""""#, "nothing"), (#"" \t\u00a0\u3000""#, "nothing"),
]

@Suite("Movie fields")
struct MovieFieldsTests {
    @Test(
        "text",
        arguments: nothings + [
            (#""Alien""#, "Alien"), (#"" \u2003Alien \n""#, "Alien"), (#""a b""#, "a b"), (#""0""#, "0"),
            (#""\u200bAlien""#, "\u{200b}Alien"), ("5", "dropped"), ("0", "dropped"), ("true", "dropped"),
            ("[]", "dropped"), (#"["Alien"]"#, "dropped"), ("{}", "dropped"),
        ]
    )
    func text(json: String?, expected: String) throws {
        #expect(try cleaned(json, MovieFields.text) { String(decoding: $0, as: UTF8.self) } == expected)
    }

    @Test(
        "number",
        arguments: nothings + [
            ("7.2", "7.2"), ("7", "7.0"), ("-0", "0.0"), ("-0.0", "0.0"), ("0", "0.0"), ("-3.5", "-3.5"),
            ("1e2", "100.0"), (#""7.2""#, "7.2"), (#"" 7.2 ""#, "7.2"), (#""07.2""#, "dropped"), (#""7,2""#, "dropped"),
            (#""NaN""#, "dropped"), (#""Infinity""#, "dropped"), (#""+1""#, "dropped"), ("1e400", "dropped"),
            (#""-1e400""#, "dropped"), ("1e-400", "0.0"), ("true", "dropped"), ("false", "dropped"),
            ("[7.2]", "dropped"), ("{}", "dropped"), ("123456789012345678901234567890", "1.2345678901234568e+29"),
        ]
    )
    func number(json: String?, expected: String) throws {
        #expect(try cleaned(json, MovieFields.number) { String($0) } == expected)
    }

    @Test(
        "integer",
        arguments: nothings + [
            ("11800", "11800"), ("0", "0"), ("-0", "0"), ("-5", "-5"), ("603.0", "603"), ("6.03e2", "603"),
            (#""603""#, "603"), (#""603.0""#, "603"), ("603.5", "dropped"), (#""603.5""#, "dropped"),
            ("9223372036854775807", "9223372036854775807"), ("-9223372036854775808", "-9223372036854775808"),
            ("9223372036854775808", "dropped"), ("9007199254740993.0", "9007199254740993"),
            ("1.0000000000000000001", "dropped"), ("0e999999999", "0"), ("1e300", "dropped"), ("1e400", "dropped"),
            ("true", "dropped"),
            ("[1]", "dropped"), (#"{"id":1}"#, "dropped"), (#""many""#, "dropped"),
        ]
    )
    func integer(json: String?, expected: String) throws {
        #expect(try cleaned(json, MovieFields.integer) { String($0) } == expected)
    }

    @Test(
        "an amount that is 0 is unknown, one below is an error",
        arguments: nothings + [
            ("237000000", "237000000"), ("1", "1"), ("162.0", "162"), (#""162""#, "162"), ("0", "nothing"),
            ("-0", "nothing"), ("0.0", "nothing"), ("0e5", "nothing"), (#""0""#, "nothing"), (#"" 0.0 ""#, "nothing"),
            ("-1", "dropped"), ("-5.0", "dropped"), (#""-5""#, "dropped"), ("98.5", "dropped"), ("0.5", "dropped"),
            ("true", "dropped"), ("false", "dropped"), ("[]", "dropped"), (#""$5""#, "dropped"),
        ]
    )
    func amount(json: String?, expected: String) throws {
        #expect(try cleaned(json, MovieFields.amount) { String($0) } == expected)
    }

    @Test(
        "boolean",
        arguments: nothings + [
            ("true", "true"), ("false", "false"), (#""True""#, "true"), (#""FALSE""#, "false"), (#"" true ""#, "true"),
            (#""yes""#, "dropped"), ("0", "dropped"), ("1", "dropped"), (#""1""#, "dropped"), ("[]", "dropped"),
            (#""truе""#, "dropped"),
        ]
    )
    func boolean(json: String?, expected: String) throws {
        #expect(try cleaned(json, MovieFields.boolean) { String($0) } == expected)
    }

    @Test(
        "date",
        arguments: nothings + [
            (#""2009-12-10""#, "2009-12-10"), (#"" 2009-12-10 ""#, "2009-12-10"), (#""2008-02-29""#, "2008-02-29"),
            (#""0001-01-01""#, "0001-01-01"), (#""9999-12-31""#, "9999-12-31"), (#""2009-02-29""#, "dropped"),
            (#""1900-02-29""#, "dropped"), (#""2000-02-29""#, "2000-02-29"), (#""0000-01-01""#, "dropped"),
            (#""2009-13-01""#, "dropped"), (#""2009-00-01""#, "dropped"), (#""2009-04-31""#, "dropped"),
            (#""2009-1-1""#, "dropped"), (#""2009""#, "dropped"), (#""12/10/2009""#, "dropped"),
            (#""2009-12-10T00:00:00Z""#, "dropped"), (#""10000-01-01""#, "dropped"), (#""٢٠٠٩-12-10""#, "dropped"),
            ("20091210", "dropped"), ("0", "dropped"), ("true", "dropped"), (#"["2009-12-10"]"#, "dropped"),
        ]
    )
    func date(json: String?, expected: String) throws {
        #expect(try cleaned(json, MovieFields.date) { CivilDate.text(ofDay: $0) } == expected)
    }

    @Test(
        "moment",
        arguments: nothings + [
            (#""2016-10-27T17:00:13.000Z""#, "2016-10-27T17:00:13.000Z"),
            (#""2016-10-27T01:00:00+02:00""#, "2016-10-26T23:00:00.000Z"),
            (#""0001-01-01T00:00:00Z""#, "0001-01-01T00:00:00.000Z"), (#""0001-01-01T00:00:00+01:00""#, "dropped"),
            (#""9999-12-31T23:59:59.999Z""#, "9999-12-31T23:59:59.999Z"),
            (#""9999-12-31T23:59:59-00:01""#, "dropped"), (#""0000-06-01T00:00:00Z""#, "dropped"),
            (#""2016-10-27""#, "dropped"), (#""2016-10-27 17:00:13 UTC""#, "dropped"), ("1477587613000", "dropped"),
        ]
    )
    func moment(json: String?, expected: String) throws {
        #expect(try cleaned(json, MovieFields.moment) { Timestamp.text($0) } == expected)
    }

    @Test(
        "the day of a release",
        arguments: nothings + [
            (#""2009-12-18T00:00:00.000Z""#, "2009-12-18"), (#""2009-12-18""#, "2009-12-18"),
            (#""2009-12-18T23:30:00-01:00""#, "2009-12-19"), (#""2009-12-18T24:00:00Z""#, "dropped"),
            (#""2009-02-30T00:00:00Z""#, "dropped"), (#""soon""#, "dropped"), ("0", "dropped"), ("{}", "dropped"),
        ]
    )
    func releaseDay(json: String?, expected: String) throws {
        #expect(try cleaned(json, MovieFields.releaseDay) { CivilDate.text(ofDay: $0) } == expected)
    }

    @Test(
        "the code of a country or language",
        arguments: [
            (nil, nil, nil), ("null", nil, nil), (#""""#, nil, nil), (#""US""#, "US", "us"), (#""us""#, "US", "us"),
            (#""uS""#, "US", "us"), (#"" gb ""#, "GB", "gb"), (#""USA""#, nil, nil), (#""U""#, nil, nil),
            (#""U1""#, nil, nil), (#""U ""#, nil, nil), (#""@A""#, nil, nil), (#""[Z""#, nil, nil),
            (#""`a""#, nil, nil), (#""{z""#, nil, nil), (#""Az""#, "AZ", "az"), (#""é""#, nil, nil),
            (#""U\u0000""#, nil, nil), (#""ÅÅ""#, nil, nil), ("12", nil, nil), (#"["US"]"#, nil, nil),
        ] as [(String?, String?, String?)]
    )
    func code(json: String?, country: String?, language: String?) throws {
        let words = { (code: LetterCode) in String(decoding: [code.first, code.second], as: UTF8.self) }
        try withJSON(json) { value in
            #expect(MovieFields.countryCode(value).map(words) == country)
            #expect(MovieFields.languageCode(value).map(words) == language)
        }
    }

    @Test(
        "a list",
        arguments: nothings + [
            ("[]", "0"), ("[1,null,{}]", "3"), ("{}", "dropped"), (#""[]""#, "dropped"), ("5", "dropped"),
            ("0", "dropped"), ("true", "dropped"),
        ]
    )
    func list(json: String?, expected: String) throws {
        #expect(try cleaned(json, MovieFields.list) { String(Array($0).count) } == expected)
    }

    @Test(
        "the list of a block",
        arguments: nothings + [
            (#"{"results":[1,2]}"#, "2"), ("{}", "nothing"), (#"{"results":null}"#, "nothing"),
            (#"{"results":""}"#, "nothing"), (#"{"results":{}}"#, "dropped"), (#"{"results":5}"#, "dropped"),
            (#"{"results":[1],"results":[]}"#, "0"), ("[]", "dropped"), ("[1]", "dropped"), ("5", "dropped"),
            (#""x""#, "dropped"), ("false", "dropped"),
        ]
    )
    func block(json: String?, expected: String) throws {
        let rule = { MovieFields.list(.results, ofBlock: $0) }
        #expect(try cleaned(json, rule) { String(Array($0).count) } == expected)
    }

    @Test(
        "a value in words",
        arguments: [
            (nil, "absent"), ("null", "null"), ("true", "true"), ("false", "false"), ("-5.0", "-5.0"),
            (#""""#, "blank"), (#""  ""#, "blank"), (#""tt1""#, #""tt1""#), ("[1]", "an array"), ("{}", "an object"),
            (#""a\u0000b\u001bc\u0085d\n\r\t\u007f\u202e""#, #""a\u{0}b\u{1b}c\u{85}d\n\r\t\u{7f}\u{202e}""#),
            ("\"\(String(repeating: "é", count: 60))\"", "\"\(String(repeating: "é", count: 60))\""),
            ("\"\(String(repeating: "é", count: 61))\"", "\"\(String(repeating: "é", count: 60))…\""),
            ("\"\(String(repeating: "🎬", count: 900))\"", "\"\(String(repeating: "🎬", count: 60))…\""),
            (String(repeating: "9", count: 5000), String(repeating: "9", count: 60) + "…"),
        ] as [FieldCase]
    )
    func words(json: String?, expected: String) throws {
        try withJSON(json) { #expect(FoundValue.words(for: $0) == expected) }
    }
}
