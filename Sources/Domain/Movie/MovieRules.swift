import JSON

/// The rules that reject a movie document, in the contract's order, and what they say.
enum MovieRules {
    /// `malformed_json`: what to tell of a line that is no JSON object.
    static func malformed(_ error: JSONError) -> String {
        "The line is not one JSON object: \(error.explanation). Expected a movie document of TMDB, one a line."
    }

    /// `invalid_movie_id`: the movie's id, or nil when `id` is none.
    static func movieID(_ document: JSONValue) -> Int64? { ScalarRules.id(document[.id]) }

    /// What to tell of a document without an id.
    static func invalidMovieID(_ document: JSONValue) -> String {
        "id is \(FoundValue.words(for: document[.id])). Expected TMDB's number of the movie, an integer from 1."
    }

    /// `missing_title`: the title, or the original title where there is none, or nil when neither is text.
    static func title(_ document: JSONValue) -> UnsafeRawBufferPointer? {
        ScalarRules.text(document[.title]) ?? ScalarRules.text(document[.originalTitle])
    }

    /// What to tell of a document without a title.
    static func missingTitle(_ document: JSONValue) -> String {
        let title = FoundValue.words(for: document[.title])
        let original = FoundValue.words(for: document[.originalTitle])
        return "title is \(title) and original_title is \(original). Expected text that is not blank in one of them."
    }
}

/// A value that was found, in words for a message.
enum FoundValue {
    /// The longest piece of a value that is named, in code points.
    static let maximumLength = 60

    /// What stands there: `absent`, `null`, `blank`, `-5`, `"abc"`, `an array`; a long one is cut and ends in `…`.
    static func words(for value: JSONValue?) -> String {
        guard let value else { return "absent" }
        switch value.kind {
        case .null: return "null"
        case .true: return "true"
        case .false: return "false"
        case .number: return shortened(value.bytes)
        case .string: return MovieFields.isNothing(value) ? "blank" : "\"\(shortened(value.bytes))\""
        case .array: return "an array"
        case .object: return "an object"
        case .key: return "a key"
        }
    }

    /// Control characters, which no terminal or database should meet in a message, become U+FFFD.
    static func shortened(_ bytes: UnsafeRawBufferPointer) -> String {
        // A code point takes at most 4 bytes, so that what is cut here is beyond what is kept below.
        let start = UnsafeRawBufferPointer(rebasing: bytes.prefix(4 * (maximumLength + 1)))
        let scalars = String(decoding: start, as: UTF8.self).unicodeScalars
        var text = String.UnicodeScalarView()
        for scalar in scalars.prefix(maximumLength) {
            text.append(scalar.properties.generalCategory == .control ? "\u{fffd}" : scalar)
        }
        if scalars.dropFirst(maximumLength).first != nil { text.append("…") }
        return String(text)
    }
}
