import Domain

/// Which pages of a service's lists have to be asked for. It does no I/O.
///
/// A service gives at most 500 pages of a list. A list of days that has more is split into two, each with half of the days;
/// lists of a single day are not split, and what is on pages after the 500th is not there.
struct ListPlan {
    /// The most pages of a list.
    static let mostPages = 500
    /// The most days of a list of changes.
    static let mostChangedDays: Int32 = 14

    /// The pages that are to be asked for, and were not yet.
    private(set) var wanted: [MovieQuestion]
    /// The ids that were found.
    private(set) var ids: Set<Int64> = []
    /// The lists that have more pages than are given, although they are of one day.
    private(set) var cut: [MovieList] = []
    /// How many pages of a list are wanted, where not all are.
    private let pageLimit: Int?

    private init(_ lists: [MovieList], pageLimit: Int? = nil) {
        wanted = lists.map { .page($0, number: 1) }
        self.pageLimit = pageLimit
    }

    /// The first pages of the popular movies.
    static func popular(pages: Int) -> ListPlan { ListPlan([.popular], pageLimit: min(pages, mostPages)) }

    /// The movies released on some days, a list for each year.
    static func released(years: ClosedRange<Int>) -> ListPlan {
        ListPlan(
            years.compactMap { year in
                guard let first = CivilDate.days(year: year, month: 1, day: 1),
                    let last = CivilDate.days(year: year, month: 12, day: 31)
                else { return nil }
                return .released(first: first, last: last)
            })
    }

    /// The movies changed since a day. Each window has a day in common with the next, since the lists shift while they are
    /// read.
    static func changed(since first: Int32, until last: Int32) -> ListPlan {
        var lists: [MovieList] = []
        var start = min(first, last)
        while true {
            let end = min(last, start + mostChangedDays - 1)
            lists.append(.changed(first: start, last: end))
            if end >= last { break }
            start = end
        }
        return ListPlan(lists)
    }

    /// The next page to be asked for; nil where none is known.
    mutating func next() -> MovieQuestion? { wanted.popLast() }

    /// Takes a page.
    mutating func take(_ list: MovieList, number: Int, ids found: [Int64], pages: Int) {
        guard number == 1 else {
            ids.formUnion(found)
            return
        }
        if pageLimit == nil, pages > Self.mostPages, let halves = Self.halves(of: list) {
            for half in halves { wanted.append(.page(half, number: 1)) }
            return
        }
        if pageLimit == nil, pages > Self.mostPages { cut.append(list) }
        ids.formUnion(found)
        let last = min(pages, pageLimit ?? Self.mostPages)
        if last > 1 { for page in (2...last).reversed() { wanted.append(.page(list, number: page)) } }
    }

    /// The two halves of a list of days; nil where it cannot be split.
    private static func halves(of list: MovieList) -> [MovieList]? {
        switch list {
        case .popular: return nil
        case .released(let first, let last):
            guard last > first else { return nil }
            let middle = first + (last - first) / 2
            return [.released(first: first, last: middle), .released(first: middle + 1, last: last)]
        case .changed(let first, let last):
            // With a day in common, so that two days cannot be split further.
            guard last > first + 1 else { return nil }
            let middle = first + (last - first) / 2
            return [.changed(first: first, last: middle), .changed(first: middle, last: last)]
        }
    }
}
