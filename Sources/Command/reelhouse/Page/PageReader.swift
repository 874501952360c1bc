import Domain

/// Reads the numbers of the page. All of them come from marts, from `ratings`, and from what is noted of runs; facts are
/// not looked at.
struct PageReader {
    /// How many runs are shown.
    static let runs = 30
    /// How many movies of each list are shown.
    static let movies = 10

    let reader: any WarehouseReader

    /// The numbers as of a time.
    func figures(at now: Int64) throws -> PageFigures {
        let version = try reader.schemaVersion()
        guard version.applied == version.known else {
            throw PageError(location: reader.location, version: version.applied, known: version.known)
        }
        var figures = PageFigures()
        (figures.location, figures.now) = (reader.location, now)
        figures.note = try MartNote.text(reader)
        figures.newestEvent = try reader.newestEventTime()
        figures.newestSnapshot = try reader.newestSnapshotDay()
        figures.days = try days()
        figures.movies = try integers("SELECT count(*) FROM movies").first ?? 0
        figures.top = try ranked(
            "SELECT position, title, movie_id, weighted_rating, votes FROM top_movies ORDER BY position")
        figures.trending = try ranked("SELECT position, title, movie_id, heat, events FROM trending ORDER BY position")
        figures.scores = try scores()
        figures.runs = try reader.judgedRuns(limit: Self.runs).reversed()
        figures.runCount = try integers("SELECT count(*) FROM load_run").first ?? 0
        figures.rejected = try rejected(since: figures.runs.first?.id ?? 0)
        figures.openInQuarantine = try reader.quarantineTotals().open
        return figures
    }

    private func days() throws -> [SiteDay] {
        let counters = MartTables.counters.map(\.column)
        let columns = ["day", "events", "active_users", "new_users", "sessions", "session_milliseconds", "scores"]
        var days: [SiteDay] = []
        try read("SELECT \((columns + counters).joined(separator: ", ")) FROM site_daily ORDER BY day") { row in
            guard let number = Self.day(row[0]) else { return }
            var day = SiteDay(day: number)
            day.events = Self.integer(row[1])
            if row[2] != .null { day.activeUsers = Self.integer(row[2]) }
            (day.newUsers, day.sessions) = (Self.integer(row[3]), Self.integer(row[4]))
            (day.sessionMilliseconds, day.scores) = (Self.integer(row[5]), Self.integer(row[6]))
            day.counts = row[columns.count...].map(Self.integer)
            days.append(day)
        }
        return days
    }

    private func ranked(_ sql: String) throws -> [RankedMovie] {
        var movies: [RankedMovie] = []
        try read(sql + " LIMIT \(Self.movies)") { row in
            var name = "movie \(Self.integer(row[2]))"
            if case .text(let title) = row[1] { name = title }
            movies.append(
                RankedMovie(
                    position: Self.integer(row[0]), name: name, value: Self.real(row[3]), count: Self.integer(row[4])))
        }
        return movies
    }

    private func scores() throws -> [Int64] {
        let counts = (0..<ScoreSteps.count).map { step in
            let end = step == ScoreSteps.count - 1 ? "" : " AND score < \(ScoreSteps.lower(step + 1))"
            return "count(CASE WHEN score >= \(ScoreSteps.lower(step))\(end) THEN 1 END)"
        }
        return try integers("SELECT \(counts.joined(separator: ", ")) FROM ratings")
    }

    private func rejected(since run: Int64) throws -> [(rule: String, lines: Int64)] {
        var rules: [(rule: String, lines: Int64)] = []
        try read(
            """
            SELECT rule, CAST(sum(rejected) AS BIGINT) FROM load_run_rule WHERE run_id >= \(run) AND rejected > 0
            GROUP BY rule ORDER BY 2 DESC, 1
            """
        ) { row in
            guard case .text(let rule) = row[0] else { return }
            rules.append((rule.isEmpty ? "not counted by rule" : rule, Self.integer(row[1])))
        }
        return rules
    }

    private func read(_ sql: String, _ row: @escaping ([QueryValue]) -> Void) throws {
        try reader.query(sql, header: { _ in }, row: { row($0) })
    }

    private func integers(_ sql: String) throws -> [Int64] {
        var integers: [Int64] = []
        try read(sql) { integers = $0.map(Self.integer) }
        return integers
    }

    private static func integer(_ value: QueryValue) -> Int64 {
        switch value {
        case .integer(let integer): integer
        case .decimal(let digits): Int64(digits) ?? 0
        default: 0
        }
    }

    private static func real(_ value: QueryValue) -> Double {
        if case .real(let real) = value { return real }
        return Double(integer(value))
    }

    private static func day(_ value: QueryValue) -> Int32? {
        guard case .text(var text) = value else { return nil }
        return text.withUTF8 { CivilDate.parse(UnsafeRawBufferPointer($0)) }
    }
}

/// The warehouse has the schema of another version, and lacks what the page shows.
struct PageError: ReportedError {
    let location: String
    let version: Int
    let known: Int

    var message: String {
        "the warehouse \(location) has schema version \(version), and the page needs version \(known)"
    }

    var hint: String {
        version < known
            ? "Run `reelhouse migrate -w '\(location)'`, or load something, and try again." : "Use a newer reelhouse."
    }

    var kind: FailureKind { .failed }
}
