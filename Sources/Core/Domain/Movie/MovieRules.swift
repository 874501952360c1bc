import JSON

/// The rules that reject a movie document, in the contract's order, and what they say.
enum MovieRules {
    /// `invalid_movie_id`: the movie's id, or nil when `id` is none.
    static func movieID(_ document: JSONValue) -> Int64? { ScalarRules.id(document[.id]) }

    /// What to tell of a document without an id.
    static func invalidMovieID(_ document: JSONValue) -> String {
        "id is \(FoundValue.words(for: document[.id])); expected TMDB's id of the movie, an integer from 1"
    }

    /// `missing_title`: the title, or the original title where there is none, or nil when neither is text.
    static func title(_ document: JSONValue) -> UnsafeRawBufferPointer? {
        ScalarRules.text(document[.title]) ?? ScalarRules.text(document[.originalTitle])
    }

    /// What to tell of a document without a title.
    static func missingTitle(_ document: JSONValue) -> String {
        let title = FoundValue.words(for: document[.title])
        let original = FoundValue.words(for: document[.originalTitle])
        return "title is \(title) and original_title is \(original); expected text that is not blank in one of them"
    }
}
