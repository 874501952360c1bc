import Domain

/// The days that a chart shows: one bar a day, or a week, or a month where days would be too many to see.
struct Timeline: Equatable {
    /// What a bar stands for.
    enum Unit: String {
        case day, week, month
    }

    /// The days of a bar, the first and the last.
    struct Bin: Equatable {
        let first: Int32
        let last: Int32
        var days: Int { Int(last - first) + 1 }
    }

    /// The most bars of a chart.
    static let mostBins = 120

    let unit: Unit
    /// The bars in the order of time, without a gap.
    let bins: [Bin]

    /// The timeline of some days.
    ///
    /// Where all of them are too many for a bar a day, the earliest days are left out if they have less than a thousandth
    /// of the weight in all and the others then get finer bars. What is more than 120 months is left out in any case.
    ///
    /// - Parameter weights: the days in order, with how much they count, such as their events.
    init(_ weights: [(day: Int32, weight: Int64)]) {
        guard let first = weights.first?.day, let last = weights.last?.day else {
            (unit, bins) = (.day, [])
            return
        }
        let total = weights.reduce(0) { $0 + $1.weight }
        var passed: Int64 = 0
        let heavy = weights.first { day in
            passed += day.weight
            return passed > total / 1000
        }
        let trimmed = heavy?.day ?? first
        let all = Timeline.unit(from: first, to: last)
        let fine = Timeline.unit(from: trimmed, to: last)
        unit = fine
        let start = fine == all && fine != .month ? first : trimmed
        bins = Timeline.bins(fine, from: start, to: last).suffix(Timeline.mostBins)
    }

    /// The index of the bar that a day belongs to; nil when it is left out.
    func index(of day: Int32) -> Int? {
        guard let first = bins.first, let last = bins.last, day >= first.first, day <= last.last else { return nil }
        var (low, high) = (0, bins.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if bins[middle].last < day { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// A bar's name: `2026-11-20`, `2026-11-16 to 2026-11-22`, `2026-11`.
    func name(_ bin: Bin) -> String {
        switch unit {
        case .day: CivilDate.text(ofDay: bin.first)
        case .week: CivilDate.text(ofDay: bin.first) + " to " + CivilDate.text(ofDay: bin.last)
        case .month: String(CivilDate.text(ofDay: bin.first).prefix(7))
        }
    }

    /// A bar's name under the axis.
    func shortName(_ bin: Bin) -> String {
        unit == .month ? name(bin) : CivilDate.text(ofDay: bin.first)
    }

    private static func unit(from first: Int32, to last: Int32) -> Unit {
        let days = Int(last) - Int(first) + 1
        if days <= mostBins { return .day }
        return days <= (mostBins - 1) * 7 ? .week : .month
    }

    private static func bins(_ unit: Unit, from first: Int32, to last: Int32) -> [Bin] {
        var bins: [Bin] = []
        // Not more than can be shown: months of many centuries are not listed.
        var day = unit == .month ? max(first, last - Int32(mostBins + 1) * 31) : first
        day = start(of: unit, day)
        while day <= last {
            let next = start(of: unit, day + (unit == .day ? 1 : unit == .week ? 7 : 31))
            bins.append(Bin(first: day, last: next - 1))
            day = next
        }
        return bins
    }

    /// The first day of a day's week, which begins on Monday, or month.
    private static func start(of unit: Unit, _ day: Int32) -> Int32 {
        switch unit {
        case .day: return day
        case .week:
            // 1970-01-01 was a Thursday.
            let weekday = ((day + 3) % 7 + 7) % 7
            return day - weekday
        case .month: return day - Int32(CivilDate.date(ofDay: day).day) + 1
        }
    }
}
