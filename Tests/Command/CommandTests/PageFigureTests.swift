import Domain
import Testing

@testable import reelhouse

/// The numbers that the page draws: axes, timelines and series.
@Suite struct PageFigureTests {
    @Test(arguments: [0.0, 1, 3, 4, 5, 9, 10, 99, 101, 1000, 1234, 9.9e6, 1e12])
    func anAxisEndsAtARoundNumber(greatest: Double) {
        let scale = AxisScale(upTo: greatest)
        #expect(scale.top >= greatest && scale.ticks.first == 0 && scale.ticks.last == scale.top)
        #expect(scale.ticks.count <= 6 && scale.ticks.count >= 2)
        #expect(scale.ticks.allSatisfy { $0 == $0.rounded() })
        #expect(scale.top <= max(1, greatest * 2))
        #expect(scale.share(greatest) <= 1 && scale.share(-1) == 0 && scale.share(.nan) == 0)
    }

    @Test func anAxisOfFractionsHasThem() {
        #expect(AxisScale(upTo: 0.35, isWhole: false).ticks.count >= 3)
        #expect(AxisScale(upTo: .infinity).top == 1)
    }

    @Test func numbersHaveThinSpaces() {
        let space = PageNumber.separator
        #expect(PageNumber.grouped(1_234_567) == "1\(space)234\(space)567")
        #expect(PageNumber.tick(2_500_000) == "2.5\(space)M" && PageNumber.tick(1500) == "1\(space)500")
        #expect(PageNumber.tick(0) == "0" && PageNumber.tick(0.5) == "0.5" && PageNumber.tick(3e9) == "3\(space)bn")
        #expect(PageNumber.percent(0.000001) == "< 0.01\(space)%" && PageNumber.percent(0) == "0.00\(space)%")
    }

    private func timeline(_ days: ClosedRange<Int32>, weight: Int64 = 10) -> Timeline {
        Timeline(days.map { ($0, weight) })
    }

    @Test func aTimelineHasABarADayAWeekOrAMonth() {
        #expect(Timeline([]).bins == [])
        #expect(timeline(20_000...20_000).bins == [.init(first: 20_000, last: 20_000)])
        #expect(timeline(20_000...20_119).unit == .day && timeline(20_000...20_119).bins.count == 120)
        let weeks = timeline(20_000...20_120)
        // 2024-10-07 was a Monday.
        #expect(weeks.unit == .week && weeks.bins.allSatisfy { ($0.first - 20_003) % 7 == 0 && $0.days == 7 })
        let decade = timeline(18_000...21_650)
        #expect(decade.unit == .month && decade.bins.count <= Timeline.mostBins)
        #expect(decade.bins.allSatisfy { CivilDate.date(ofDay: $0.first).day == 1 && (28...31).contains($0.days) })
    }

    @Test(arguments: [1, 50, 120, 121, 400, 833, 834, 2000, 3650, 40_000])
    func barsFollowEachOtherAndHaveTheLastDay(days: Int32) {
        let last: Int32 = 20_786
        let timeline = Timeline([(last - days + 1, 5), (last, 5)])
        #expect(timeline.bins.count <= Timeline.mostBins)
        for (bin, next) in zip(timeline.bins, timeline.bins.dropFirst()) { #expect(bin.last + 1 == next.first) }
        for (index, bin) in timeline.bins.enumerated() {
            #expect(timeline.index(of: bin.first) == index && timeline.index(of: bin.last) == index)
        }
        #expect(timeline.index(of: last) == timeline.bins.count - 1)
        #expect(timeline.index(of: timeline.bins[0].first - 1) == nil)
    }

    /// A few events of long ago do not make all bars months.
    @Test func fewEarlyDaysAreLeftOutForFinerBars() {
        let early = Timeline([(9131, 1)] + (20_700...20_786).map { (Int32($0), 100) })
        #expect(early.unit == .day && early.bins.first?.first == 20_700)
        let heavy = Timeline([(9131, 100)] + (20_700...20_786).map { (Int32($0), 100) })
        #expect(heavy.unit == .month && heavy.bins.count == Timeline.mostBins)
    }

    @Test func theCommonestTypesHaveSeriesOfTheirOwn() {
        var days = [SiteDay(day: 20_000), SiteDay(day: 20_001)]
        for type in MartTables.counters.indices {
            days[0].counts[type] = Int64(type + 1)
            days[1].counts[type] = 1
        }
        days[0].events = days[0].counts.reduce(0, +) + 7
        days[1].events = days[1].counts.reduce(0, +)
        let series = EventSeries(days, Timeline(days.map { ($0.day, $0.events) }))
        #expect(series.all.count == 11 && series.all.last?.name == "other" && series.all.last?.values == [7, 0])
        #expect(series.all.first?.name == MartTables.counters.last?.type.name)
        #expect(series.drawn.count == EventSeries.ownTypes + 1 && series.drawn.last?.name == "all others")
        for bin in 0...1 { #expect(series.drawn.reduce(0) { $0 + $1.values[bin] } == days[bin].events) }
        #expect(EventSeries([], Timeline([])).drawn == [])
    }

    @Test func usersOfAWeekAreTheMeanOfItsDays() {
        var days = (20_003...20_142).map { SiteDay(day: $0, events: 1, activeUsers: 6, newUsers: 2, sessions: 3) }
        for index in days.indices { days[index].sessionMilliseconds = 6000 }
        let timeline = Timeline(days.map { ($0.day, $0.events) })
        let series = UserSeries(days, timeline)
        #expect(timeline.unit == .week && series.active.allSatisfy { $0 == 6 } && series.new.allSatisfy { $0 == 2 })
        #expect(series.newInAll.first == 14 && series.meanSeconds.first == 2 && !series.isPartial)
        days[3].activeUsers = nil
        #expect(UserSeries(days, timeline).isPartial)
    }

    @Test func scoresAreInHalves() {
        #expect((0..<ScoreSteps.count).map(ScoreSteps.lower).joined(separator: " ").hasPrefix("0.5 1 1.5 2"))
        #expect(ScoreSteps.name(0) == "0.5 to under 1" && ScoreSteps.name(19) == "10")
    }

    @Test func textIsNeverMarkup() {
        #expect(
            Markup.escape("<script>alert('&\"')</script>")
                == "&lt;script&gt;alert(&#39;&amp;&quot;&#39;)&lt;/script&gt;")
        #expect(
            Markup.escape("a\u{0}\u{8}\u{1B}\u{FFFE}\tb\u{202E}é") == "a\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\tb\u{202E}é")
        var markup = Markup()
        markup.element("p", ["title": "\"><b>"]) { $0.isolated("<i>") }
        #expect(markup.text == "<p title=\"&quot;&gt;&lt;b&gt;\"><bdi dir=\"auto\">&lt;i&gt;</bdi></p>")
    }

    @Test func titlesAreShortened() {
        #expect(ReportPage.shortened("Solaris") == "Solaris")
        #expect(ReportPage.shortened(String(repeating: "x", count: 300)) == String(repeating: "x", count: 200) + "…")
        let stacked = "Z" + String(repeating: "\u{0301}", count: 500)
        #expect(ReportPage.shortened(stacked).unicodeScalars.count == 8)
    }
}
