import JSON

/// The rules that reject a movie document, in the contract's order, and their messages.
enum MovieRules {
    /// The rule `invalid_movie_id`: the movie's id; nil if `id` is no id.
    static func movieID(_ document: JSONValue) -> Int64? { ScalarRules.id(document[.id]) }

    /// The message about a document without an id.
    static func invalidMovieID(_ document: JSONValue) -> String {
        "id is \(FoundValue.words(for: document[.id])); expected TMDB's id of the movie, an integer from 1"
    }

    /// The rule `missing_title`: the title, or else the original title; nil if neither is text.
    static func title(_ document: JSONValue) -> UnsafeRawBufferPointer? {
        ScalarRules.text(document[.title]) ?? ScalarRules.text(document[.originalTitle])
    }

    /// The message about a document without a title.
    static func missingTitle(_ document: JSONValue) -> String {
        let title = FoundValue.words(for: document[.title])
        let original = FoundValue.words(for: document[.originalTitle])
        return "title is \(title) and original_title is \(original); expected text that is not blank in one of them"
    }
}
