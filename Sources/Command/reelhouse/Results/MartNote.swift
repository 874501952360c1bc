import Domain

/// The note that a command prints when it shows marts that are out of date.
enum MartNote {
    /// The marts that a run refreshes at its end. (`movie_daily` is up to date after each commit, and `site_daily` but for
    /// active users of days with late events.)
    private static let refreshed = [
        MartTables.genreDaily.name, MartTables.siteDaily.name, MartTables.topMovies.name, MartTables.trending.name,
    ]

    /// The note for a warehouse; nil when its marts are up to date.
    static func text(_ reader: any WarehouseReader) throws -> String? {
        let state = try reader.martState()
        return text(state, lastRun: try reader.runs(limit: 1).first)
    }

    /// The note for a query; nil when it names no mart, or when the marts are up to date.
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
        let next =
            lastRun.outcome == .running
            ? "It brings them up to date; if it was killed, `reelhouse run` does." : "Run `reelhouse run` again."
        return "\(marts); run \(lastRun.id) \(how). \(next)"
    }
}
