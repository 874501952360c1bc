import Generator
import JSON

extension PlantedCounts {
    /// What `generate --json` prints.
    var json: JSONText {
        let rules = { (counts: [String: Int]) in
            JSONText.object(counts.sorted { $0.key < $1.key }.map { ($0.key, .integer(Int64($0.value))) })
        }
        return .object([
            ("files", .integer(Int64(eventFiles + movieFiles))), ("bytes", .integer(bytes)),
            (
                "events",
                .object([
                    ("read", .integer(Int64(lines))), ("accepted", .integer(Int64(distinctEvents))),
                    ("duplicates", .integer(Int64(duplicates))), ("rejected", .integer(Int64(rejected))),
                    ("conflicts", .integer(Int64(conflicts))), ("older_form", .integer(Int64(legacyForm))),
                    ("late", .integer(Int64(late))), ("without_event_id", .integer(Int64(withoutEventID))),
                    ("of_unknown_movies", .integer(Int64(unknownMovies))),
                    ("rejected_by_rule", rules(rejectedByRule)),
                ])
            ),
            (
                "movies",
                .object([
                    ("read", .integer(Int64(movieLines))), ("accepted", .integer(Int64(distinctMovieDocuments))),
                    ("duplicates", .integer(Int64(movieDuplicates))), ("rejected", .integer(Int64(movieRejected))),
                    ("warnings", .integer(Int64(movieWarnings))), ("rejected_by_rule", rules(movieRejectedByRule)),
                ])
            ),
        ])
    }
}
