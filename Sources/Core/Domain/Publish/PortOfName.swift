extension SourcePort {
    /// The port that the name of a topic tells of; nil where it tells of none.
    ///
    ///     SourcePort(inName: "user_logs")      // .events
    ///     SourcePort(inName: "prod.movie-v2")  // .movies
    ///     SourcePort(inName: "backup")         // nil
    public init?(inName name: String) {
        let words = Set(name.lowercased().split { !$0.isLetter })
        if !words.isDisjoint(with: ["movie", "movies"]) {
            self = .movies
        } else if !words.isDisjoint(with: ["event", "events", "log", "logs"]) {
            self = .events
        } else {
            return nil
        }
    }
}
