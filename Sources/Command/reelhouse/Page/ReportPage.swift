import Domain

/// The page of `reelhouse report`: one file of HTML without scripts, which needs nothing from a network.
struct ReportPage {
    let figures: PageFigures
    private let timeline: Timeline

    init(_ figures: PageFigures) {
        self.figures = figures
        timeline = Timeline(figures.days.map { ($0.day, $0.events) })
    }

    /// The page.
    var html: String {
        var markup = Markup()
        markup.raw("<!DOCTYPE html>\n")
        markup.element("html", ["lang": "en"]) { page in
            page.element("head") { writeHead(to: &$0) }
            page.element("body") { body in
                body.element("a", ["class": "skip", "href": "#main"], text: "Skip to the figures")
                body.element("header") { writeHeader(to: &$0) }
                body.element("nav", ["aria-label": "Sections"]) { nav in
                    nav.element("ul") { list in
                        for section in Section.allCases {
                            list.element("li") { $0.element("a", ["href": "#\(section)"], text: section.title) }
                        }
                    }
                }
                body.element("main", ["id": "main"]) { main in
                    for section in Section.allCases { write(section, to: &main) }
                }
                body.element("footer") { footer in
                    footer.text(
                        "Days, weeks and months are those of UTC. Made by reelhouse report at "
                            + Self.time(figures.now) + ".")
                }
            }
        }
        return markup.text + "\n"
    }

    /// The sections in their order.
    enum Section: String, CaseIterable {
        case events, users, movies, ratings, ingest, runs

        var title: String {
            switch self {
            case .events: "Events"
            case .users: "Users"
            case .movies: "Movies"
            case .ratings: "Ratings"
            case .ingest: "Ingest"
            case .runs: "Runs"
            }
        }
    }

    private func writeHead(to head: inout Markup) {
        head.empty("meta", ["charset": "utf-8"])
        head.empty("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
        head.empty("meta", ["name": "color-scheme", "content": "light dark"])
        head.empty("meta", ["name": "referrer", "content": "no-referrer"])
        head.empty(
            "meta",
            [
                "http-equiv": "Content-Security-Policy",
                "content": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'",
            ])
        head.empty("link", ["rel": "icon", "href": "data:,"])
        head.element("title", text: "Reelhouse report, \(Self.time(figures.now).prefix(10))")
        head.element("style") { $0.raw("\n" + PageStyle.sheet + "\n") }
    }

    private func writeHeader(to header: inout Markup) {
        header.element("h1", text: "Reelhouse report")
        header.element("p", ["class": "soft"]) { line in
            line.text("Warehouse ")
            line.isolated(figures.location)
            line.text(", as of \(Self.time(figures.now))")
        }
        if let note = figures.note { header.element("p", ["class": "note"], text: note) }
        write(counts, as: "counts", to: &header)
        write(times, as: "times", to: &header)
    }

    private func write(_ tiles: [(String, String)], as name: String, to header: inout Markup) {
        header.element("dl", ["class": name]) { list in
            for (name, value) in tiles {
                let lines = value.split(separator: "\n")
                list.element("div") { tile in
                    tile.element("dt", text: name)
                    tile.element("dd") { text in
                        text.text(String(lines.first ?? ""))
                        for line in lines.dropFirst() {
                            text.element("span", ["class": "age"], text: " " + line)
                        }
                    }
                }
            }
        }
    }

    private var counts: [(String, String)] {
        func sum(_ value: (SiteDay) -> Int64) -> String {
            PageNumber.grouped(figures.days.reduce(0) { $0 + value($1) })
        }
        return [
            ("Events", sum(\.events)), ("Users", sum(\.newUsers)), ("Sessions", sum(\.sessions)),
            ("Movies", PageNumber.grouped(figures.movies)),
            ("Ratings", PageNumber.grouped(figures.scores.reduce(0, +))),
            ("In quarantine", PageNumber.grouped(figures.openInQuarantine)),
        ]
    }

    /// How fresh the data are.
    private var times: [(String, String)] {
        let completed = figures.runs.last { $0.outcome == .completed }
        return [
            ("Newest event", figures.newestEvent.map { age($0) } ?? "none"),
            ("Newest movie data", figures.newestSnapshot.map(CivilDate.text(ofDay:)) ?? "none"),
            ("Last completed run", completed?.endedAt.map { age($0) } ?? "none"),
        ]
    }

    /// A time, and in a second line how long before the report it was.
    private func age(_ time: Int64) -> String {
        let seconds = Double(figures.now - time) / 1000
        guard seconds >= 0 else { return Self.time(time) }
        return Self.time(time) + "\n" + NumberFormat.duration(seconds: seconds) + " ago"
    }

    private func write(_ section: Section, to main: inout Markup) {
        switch section {
        case .movies:
            main.element("div", ["class": "pair", "id": section.rawValue]) { pair in
                writeTop(to: &pair)
                writeTrending(to: &pair)
            }
        default:
            main.element("section", ["id": section.rawValue, "aria-labelledby": "\(section)-heading"]) { content in
                switch section {
                case .events: writeEvents(to: &content)
                case .users: writeUsers(to: &content)
                case .ratings: writeRatings(to: &content)
                case .ingest: writeIngest(to: &content)
                case .runs: writeRuns(to: &content)
                case .movies: break
                }
            }
        }
    }

    static func heading(_ text: String, _ section: Section, to markup: inout Markup) {
        markup.element("h2", ["id": "\(section)-heading"], text: text)
    }

    /// `2026-11-20 18:03 UTC`.
    static func time(_ milliseconds: Int64) -> String {
        let text = Timestamp.text(milliseconds)
        return text.prefix(10) + " " + text.dropFirst(11).prefix(5) + " UTC"
    }
}

// MARK: Events and users

extension ReportPage {
    private var span: String {
        guard let first = timeline.bins.first, let last = timeline.bins.last else { return "no days" }
        return "\(CivilDate.text(ofDay: max(first.first, figures.days.first?.day ?? first.first))) to "
            + CivilDate.text(ofDay: min(last.last, figures.days.last?.day ?? last.last))
    }

    /// What the charts by day leave out, in words; nil when they show everything.
    private var leftOut: String? {
        let days = figures.days.filter { timeline.index(of: $0.day) == nil }
        guard let first = days.first, let last = days.last else { return nil }
        let events = PageNumber.grouped(days.reduce(0) { $0 + $1.events })
        return "Not drawn: \(events) events on \(PageNumber.grouped(Int64(days.count))) days from "
            + "\(CivilDate.text(ofDay: first.day)) to \(CivilDate.text(ofDay: last.day))."
    }

    private func writeEvents(to content: inout Markup) {
        Self.heading("Events per \(timeline.unit) by type", .events, to: &content)
        guard !timeline.bins.isEmpty else { return content.element("p", ["class": "soft"], text: "No events yet.") }
        content.element("p", ["class": "soft"], text: [span + ".", leftOut].compactMap(\.self).joined(separator: " "))
        let series = EventSeries(figures.days, timeline)
        let names = timeline.bins.map(timeline.name)
        BarFigure(
            id: "events-chart", title: "Events per \(timeline.unit) by type",
            description: "Stacked bars, \(span). " + Self.totals(series.drawn) + ".", arrangement: .stacked,
            series: series.drawn.map {
                .init(name: $0.name, values: $0.values.map(Double.init), total: PageNumber.grouped($0.total))
            }, names: names, labels: timeline.bins.map(timeline.shortName), unit: "events"
        ).write(to: &content)
        PageTable(
            caption: "Events per \(timeline.unit) by type",
            columns: [.init(name: "\(timeline.unit)", kind: .text), .init(name: "all", kind: .number)]
                + series.all.map { .init(name: $0.name, kind: .number) },
            rows: names.indices.reversed().map { bin in
                let values = series.all.map { $0.values[bin] }
                return [names[bin]] + ([values.reduce(0, +)] + values).map(PageNumber.grouped)
            }
        ).writeDetails("Events per \(timeline.unit) as a table", to: &content)
    }

    private static func totals(_ series: [EventSeries.Series]) -> String {
        series.map { "\($0.name) \(PageNumber.grouped($0.total))" }.joined(separator: ", ")
    }

    private func writeUsers(to content: inout Markup) {
        let isMean = timeline.unit != .day
        let title = isMean ? "Active and new users, daily mean per \(timeline.unit)" : "Active and new users per day"
        Self.heading(title, .users, to: &content)
        guard !timeline.bins.isEmpty else { return content.element("p", ["class": "soft"], text: "No users yet.") }
        let series = UserSeries(figures.days, timeline)
        let partial = series.isPartial ? " Active users of some days are not counted yet; the next run does it." : ""
        content.element(
            "p", ["class": "soft"],
            text: "Active: users with an event on the day. New: users whose first event it is." + partial)
        let names = timeline.bins.map(timeline.name)
        let busiest = series.active.max() ?? 0
        BarFigure(
            id: "users-chart", title: title,
            description: "Bars of active users with narrower bars of new users before them, \(span). At most "
                + "\(PageNumber.grouped(Int64(busiest.rounded()))) active users.",
            arrangement: .layered,
            series: [.init(name: "active users", values: series.active), .init(name: "new users", values: series.new)],
            names: names, labels: timeline.bins.map(timeline.shortName), unit: "users"
        ).write(to: &content)
        let digits = isMean ? 1 : 0
        PageTable(
            caption: title,
            columns: [
                .init(name: "\(timeline.unit)", kind: .text),
                .init(name: isMean ? "active a day" : "active", kind: .number), .init(name: "new", kind: .number),
                .init(name: "sessions", kind: .number), .init(name: "mean session", kind: .number),
            ],
            rows: names.indices.reversed().map { bin in
                [
                    names[bin], PageNumber.fixed(series.active[bin], digits: digits),
                    PageNumber.grouped(series.newInAll[bin]), PageNumber.grouped(series.sessions[bin]),
                    series.meanSeconds[bin].map { NumberFormat.duration(seconds: $0) } ?? "",
                ]
            }
        ).writeDetails("Users and sessions per \(timeline.unit) as a table", to: &content)
    }
}
