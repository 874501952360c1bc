import Domain
import Schema

/// The candidates of an event group whose time is in one month.
struct MonthRange {
    /// The month.
    let month: Month
    /// The indices of its candidates.
    let candidates: Range<Int>
}

extension EventGroup {
    /// The months of the events, with their candidates, in the order of time.
    func monthRanges() -> [MonthRange] {
        var ranges: [MonthRange] = []
        var start = 0
        while start < candidateCount {
            let month = Month(containing: candidate(start).row.pointee.time)
            let end = candidateCount(notAfter: month.next.firstMillisecond - 1)
            ranges.append(MonthRange(month: month, candidates: start..<end))
            start = end
        }
        return ranges
    }
}

extension Month {
    /// The month of a time, in milliseconds since 1970.
    init(containing time: Int64) {
        let date = CivilDate.date(ofDay: CivilDate.day(ofMilliseconds: time))
        self.init(year: date.year, number: date.month)
    }

    /// Its first moment, in milliseconds since 1970.
    var firstMillisecond: Int64 {
        Int64(CivilDate.days(year: year, month: number, day: 1) ?? 0) * CivilDate.millisecondsPerDay
    }
}
