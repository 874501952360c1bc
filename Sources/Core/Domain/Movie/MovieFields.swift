import JSON

/// The result of cleaning one value.
enum Cleaned<Value> {
    /// The cleaned value.
    case value(Value)
    /// Null without a warning: the value is absent, null or blank, or the 0 that TMDB writes for unknown.
    case nothing
    /// The value has the wrong form: it is made null, or dropped from its list, with a warning.
    case dropped
}

/// Two ASCII letters: the code of a country or language.
struct LetterCode: Equatable {
    /// The letters.
    var first, second: UInt8
}

/// Cleans the fields of a movie document, each by a function of its value alone (contract §3, "Movies, field by
/// field").
///
/// What a value becomes, and whether that is counted as a warning:
///
/// | found | becomes | warning |
/// | --- | --- | --- |
/// | absent, null, blank text | null | no |
/// | text: a number, boolean, array or object | null | yes |
/// | number, integer, boolean, date, moment: any other value of the wrong form | null | yes |
/// | `budget`, `revenue`, `runtime`: 0 in any spelling | null | no |
/// | the same: below 0 | null | yes |
/// | `title` that is no text, where `original_title` is | the original title | yes (a blank one: no) |
/// | a list or block: absent, null, blank text | no rows | no |
/// | a list that is no array, a block that is no object | no rows | one, whatever is in it |
/// | a block without its list (`"videos": {}`) | no rows | no |
/// | an entry that is no object (null too), or lacks its id, name or code | dropped | one, whatever else is wrong in it |
/// | `belongs_to_collection`: absent, null, blank text | null | no |
/// | the same: no object, or without id or name | null | one |
/// | a country of `release_dates` without its code | dropped with its releases | one |
/// | a release without a date | dropped | one |
/// | an entry whose key came before in the same list | the first stays in the list; shared tables merge both | no |
/// | a key that is not read | ignored | no |
///
/// The fields of a rejected line are not counted.
enum MovieFields {
    /// Days that a date column holds: 0001-01-01 to 9999-12-31.
    static let days: ClosedRange<Int32> = -719_162...2_932_896

    /// Text, trimmed.
    static func text(_ value: JSONValue?) -> Cleaned<UnsafeRawBufferPointer> {
        if let text = ScalarRules.text(value) { return .value(text) }
        return isNothing(value) ? .nothing : .dropped
    }

    /// A number.
    static func number(_ value: JSONValue?) -> Cleaned<Double> {
        if let number = ScalarRules.number(value) { return .value(number) }
        return isNothing(value) ? .nothing : .dropped
    }

    /// An integer.
    static func integer(_ value: JSONValue?) -> Cleaned<Int64> {
        if let integer = ScalarRules.integer(value) { return .value(integer) }
        return isNothing(value) ? .nothing : .dropped
    }

    /// An integer from 1; 0 stands for unknown.
    static func amount(_ value: JSONValue?) -> Cleaned<Int64> {
        guard case .value(let integer) = integer(value) else { return isNothing(value) ? .nothing : .dropped }
        if integer > 0 { return .value(integer) }
        return integer == 0 ? .nothing : .dropped
    }

    /// True or false, also as text in any case.
    static func boolean(_ value: JSONValue?) -> Cleaned<Bool> {
        if let boolean = ScalarRules.boolean(value) { return .value(boolean) }
        return isNothing(value) ? .nothing : .dropped
    }

    /// `YYYY-MM-DD`, a real date of the years 0001 to 9999.
    static func date(_ value: JSONValue?) -> Cleaned<Int32> {
        guard let text = ScalarRules.text(value) else { return isNothing(value) ? .nothing : .dropped }
        guard let day = CivilDate.parse(text) else { return .dropped }
        return .value(day)
    }

    /// A moment of RFC 3339 in the years 0001 to 9999 (in UTC), in milliseconds since 1970.
    static func moment(_ value: JSONValue?) -> Cleaned<Int64> {
        guard let text = ScalarRules.text(value) else { return isNothing(value) ? .nothing : .dropped }
        guard let moment = Timestamp.parse(text), days.contains(CivilDate.day(ofMilliseconds: moment)) else {
            return .dropped
        }
        return .value(moment)
    }

    /// The day of a release: a date, or the UTC day of a moment (TMDB writes `2009-12-18T00:00:00.000Z`).
    static func releaseDay(_ value: JSONValue?) -> Cleaned<Int32> {
        if case .value(let day) = date(value) { return .value(day) }
        switch moment(value) {
        case .value(let moment): return .value(CivilDate.day(ofMilliseconds: moment))
        case .nothing: return .nothing
        case .dropped: return .dropped
        }
    }

    /// The code of a country, in upper case.
    static func countryCode(_ value: JSONValue?) -> LetterCode? {
        letters(value).map { LetterCode(first: $0.first & 0xdf, second: $0.second & 0xdf) }
    }

    /// The code of a language, in lower case.
    static func languageCode(_ value: JSONValue?) -> LetterCode? {
        letters(value).map { LetterCode(first: $0.first | 0x20, second: $0.second | 0x20) }
    }

    /// The elements of a list.
    static func list(_ value: JSONValue?) -> Cleaned<JSONElements> {
        if let value, value.kind == .array { return .value(value.elements) }
        return isNothing(value) ? .nothing : .dropped
    }

    /// The list with this key in an appended block such as `"videos": {"results": [...]}`.
    static func list(_ key: MovieKey, ofBlock block: JSONValue?) -> Cleaned<JSONElements> {
        if let block, block.kind == .object { return list(block[key]) }
        return isNothing(block) ? .nothing : .dropped
    }

    /// Absent, null, or text that is blank.
    static func isNothing(_ value: JSONValue?) -> Bool {
        guard let value else { return true }
        switch value.kind {
        case .null: return true
        case .string: return ScalarRules.trim(value.bytes).isEmpty
        default: return false
        }
    }

    private static func letters(_ value: JSONValue?) -> LetterCode? {
        guard let text = ScalarRules.text(value), text.count == 2 else { return nil }
        let isLetter = { (byte: UInt8) in byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7a }
        return isLetter(text[0]) && isLetter(text[1]) ? LetterCode(first: text[0], second: text[1]) : nil
    }
}
