import Domain

/// What has to be said where marts are shown that are not as of the last run.
enum MartNote {
    /// The marts that are brought up to date at the end of a run; movie_daily is with each commit.
    private static let refreshed = [
        MartTables.genreDaily.name, MartTables.topMovies.name, MartTables.trending.name,
    ]

    /// What to say of a warehouse; nil where all is up to date.
    static func text(_ reader: any WarehouseReader) throws -> String? {
        let state = try reader.martState()
        return text(state, lastRun: try reader.runs(limit: 1).first)
    }

    /// What to say of a query; nil where it reads no mart, or all is up to date.
    static func text(_ reader: any WarehouseReader, query sql: String) throws -> String? {
        let words = Set(sql.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
        return words.isDisjoint(with: refreshed) ? nil : try text(reader)
    }

    static func text(_ state: MartState, lastRun: RunRecord?) -> String? {
        if state.isEmpty {
            return "The warehouse has no movies and no events yet. Load some with `reelhouse run`."
        }
        guard state.isStale, let lastRun else { return nil }
        let marts = state.run.map { "The marts are as of run \($0)" } ?? "The marts are out of date"
        let how =
            switch lastRun.outcome {
            case .running: "is under way, or was killed"
            case .stopped: "stopped before they were brought up to date"
            case .failed: "failed before they were brought up to date"
            case .interrupted: "was killed before they were brought up to date"
            case .completed: "ended before they were brought up to date"
            }
        return "\(marts); run \(lastRun.id) \(how). Run `reelhouse run` again."
    }
}
