import Domain

// MARK: Movies and ratings

extension ReportPage {
    func writeTop(to pair: inout Markup) {
        writeMovies(
            "The best movies", "By Bayesian weighted rating, of TMDB's votes and the site's.", id: "top",
            values: "rating", counts: "votes", digits: 2, figures.top, isFromZero: true, to: &pair)
    }

    func writeTrending(to pair: inout Markup) {
        writeMovies(
            "Trending this week", "By heat: the events of the last seven days, weighted by kind and age.",
            id: "trending",
            values: "heat", counts: "events", digits: 0, figures.trending, isFromZero: true, to: &pair)
    }

    private func writeMovies(
        _ title: String, _ what: String, id: String, values: String, counts: String, digits: Int,
        _ movies: [RankedMovie], isFromZero: Bool, to pair: inout Markup
    ) {
        pair.element("section", ["aria-labelledby": "\(id)-heading"]) { content in
            content.element("h2", ["id": "\(id)-heading"], text: title)
            content.element("p", ["class": "soft"], text: movies.isEmpty ? "No movies yet." : what)
            guard let greatest = movies.map(\.value).max(), greatest > 0 else { return }
            PageTable(
                caption: title,
                columns: [
                    .init(name: "#", kind: .number), .init(name: "title", kind: .isolated),
                    .init(name: values, kind: .number), .init(name: "as a bar", kind: .bar),
                    .init(name: counts, kind: .number),
                ],
                rows: movies.map { movie in
                    [
                        "\(movie.position)", Self.shortened(movie.name), PageNumber.fixed(movie.value, digits: digits),
                        BarFigure.number(movie.value / greatest * 100), PageNumber.grouped(movie.count),
                    ]
                }
            ).write(to: &content)
        }
    }

    /// A title of at most 200 characters, each of at most eight code points.
    static func shortened(_ title: String) -> String {
        let characters = title.prefix(200).map { String(String.UnicodeScalarView($0.unicodeScalars.prefix(8))) }
        return characters.joined() + (title.dropFirst(200).isEmpty ? "" : "…")
    }

    func writeRatings(to content: inout Markup) {
        Self.heading("Distribution of ratings", .ratings, to: &content)
        let total = figures.scores.reduce(0, +)
        guard total > 0 else { return content.element("p", ["class": "soft"], text: "No ratings yet.") }
        content.element(
            "p", ["class": "soft"],
            text: "\(PageNumber.grouped(total)) ratings that stand, in steps of half a point; the last step is 10.")
        let names = (0..<ScoreSteps.count).map(ScoreSteps.name)
        let commonest = figures.scores.indices.max { figures.scores[$0] < figures.scores[$1] } ?? 0
        BarFigure(
            id: "ratings-chart", title: "Distribution of ratings",
            description: "Bars by score. The commonest step is \(names[commonest]), with "
                + "\(PageNumber.grouped(figures.scores[commonest])) of \(PageNumber.grouped(total)) ratings.",
            arrangement: .stacked, series: [.init(name: "ratings", values: figures.scores.map(Double.init))],
            names: names, labels: (0..<ScoreSteps.count).map(ScoreSteps.lower), unit: "ratings"
        ).write(to: &content)
        PageTable(
            caption: "Distribution of ratings",
            columns: [
                .init(name: "score", kind: .text), .init(name: "ratings", kind: .number),
                .init(name: "share", kind: .number),
            ],
            rows: names.indices.map { step in
                [
                    names[step], PageNumber.grouped(figures.scores[step]),
                    PageNumber.percent(Double(figures.scores[step]) / Double(total)),
                ]
            }
        ).writeDetails("Ratings by score as a table", to: &content)
    }
}

// MARK: Runs

extension ReportPage {
    private var runsShown: String {
        let shown = Int64(figures.runs.count)
        return figures.runCount > shown
            ? "The last \(shown) of \(PageNumber.grouped(figures.runCount)) runs." : "All \(shown) runs."
    }

    private var runNames: [String] { figures.runs.map { "run \($0.id), \(Self.time($0.startedAt))" } }
    private var runLabels: [String] { figures.runs.map { "run \($0.id)" } }

    func writeIngest(to content: inout Markup) {
        Self.heading("Lines read per run", .ingest, to: &content)
        guard !figures.runs.isEmpty else { return content.element("p", ["class": "soft"], text: "No runs yet.") }
        let counts = figures.runs.map(\.counts)
        let read = counts.reduce(0) { $0 + $1.read }
        let rejected = counts.reduce(0) { $0 + $1.rejected }
        let rate = read > 0 ? PageNumber.percent(Double(rejected) / Double(read)) : "none"
        content.element(
            "p", ["class": "soft"],
            text: "\(runsShown) \(PageNumber.grouped(read)) lines read; rejected: \(rate).")
        let series: [(String, KeyPath<LineCounts, Int64>)] = [
            ("accepted", \.accepted), ("duplicates", \.duplicates), ("rejected", \.rejected),
        ]
        BarFigure(
            id: "ingest-chart", title: "Lines read per run",
            description:
                "Stacked bars of accepted, duplicate and rejected lines. \(runsShown) Rejected of all: \(rate).",
            arrangement: .stacked,
            series: series.map { name, path in
                let values = counts.map { $0[keyPath: path] }
                return .init(
                    name: name, values: values.map(Double.init), total: PageNumber.grouped(values.reduce(0, +)))
            }, names: runNames, labels: runLabels, unit: "lines"
        ).write(to: &content)
        writeRules(read, to: &content)
    }

    private func writeRules(_ read: Int64, to content: inout Markup) {
        guard let most = figures.rejected.first?.lines, most > 0 else { return }
        PageTable(
            caption: "Rejected lines of these runs by rule, and their share of all lines read",
            columns: [
                .init(name: "rule", kind: .text), .init(name: "lines", kind: .number),
                .init(name: "share", kind: .number), .init(name: "as a bar", kind: .bar),
            ],
            rows: figures.rejected.map { rule in
                [
                    rule.rule, PageNumber.grouped(rule.lines),
                    PageNumber.percent(read > 0 ? Double(rule.lines) / Double(read) : 0),
                    BarFigure.number(Double(rule.lines) / Double(most) * 100),
                ]
            }
        ).write(to: &content, isCaptionShown: true)
    }

    func writeRuns(to content: inout Markup) {
        Self.heading("How long runs took", .runs, to: &content)
        guard !figures.runs.isEmpty else { return content.element("p", ["class": "soft"], text: "No runs yet.") }
        content.element("p", ["class": "soft"], text: runsShown + " A run that has no end yet has no bar.")
        let seconds = figures.runs.map { Self.seconds($0) ?? 0 }
        let isOrderly = figures.runs.map(\.outcome.isOrderly)
        let others = zip(seconds, isOrderly).map { $1 ? 0 : $0 }
        BarFigure(
            id: "runs-chart", title: "How long runs took",
            description: "Bars in seconds. \(runsShown) The longest took "
                + NumberFormat.duration(seconds: seconds.max() ?? 0) + ".",
            arrangement: .stacked,
            series: [
                .init(name: "completed or stopped", values: zip(seconds, isOrderly).map { $1 ? $0 : 0 }),
                .init(name: "failed or interrupted", values: others),
            ], names: runNames, labels: runLabels, unit: "s", isWhole: false
        ).write(to: &content)
        PageTable(
            caption: "Runs, the newest first",
            columns: [
                .init(name: "run", kind: .number), .init(name: "started", kind: .text),
                .init(name: "took", kind: .number), .init(name: "outcome", kind: .text),
                .init(name: "read", kind: .number), .init(name: "accepted", kind: .number),
                .init(name: "duplicates", kind: .number), .init(name: "rejected", kind: .number),
                .init(name: "error", kind: .isolated),
            ], rows: figures.runs.reversed().map(Self.row)
        ).writeDetails("Runs as a table", to: &content)
    }

    private static func row(_ run: RunRecord) -> [String] {
        let counts = [run.counts.read, run.counts.accepted, run.counts.duplicates, run.counts.rejected]
        return [
            "\(run.id)", time(run.startedAt), seconds(run).map { NumberFormat.duration(seconds: $0) } ?? "",
            run.outcome.rawValue,
        ] + counts.map(PageNumber.grouped) + [shortened(run.error ?? "")]
    }

    private static func seconds(_ run: RunRecord) -> Double? {
        run.endedAt.map { Double(max(0, $0 - run.startedAt)) / 1000 }
    }
}
