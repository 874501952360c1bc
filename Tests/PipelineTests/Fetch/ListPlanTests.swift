import Domain
import Testing

@testable import Pipeline

/// Which pages of lists are asked for.
@Suite struct ListPlanTests {
    /// Answers all pages from a list of movies by day, and says what was asked for.
    private static func read(
        _ plan: inout ListPlan, pageSize: Int = 20, _ movies: (MovieList) -> [Int64]
    ) -> [MovieQuestion] {
        var asked: [MovieQuestion] = []
        while let question = plan.next() {
            asked.append(question)
            guard case .page(let list, let number) = question else { continue }
            let all = movies(list)
            let ids = Array(all.dropFirst((number - 1) * pageSize).prefix(pageSize))
            plan.take(list, number: number, ids: ids, pages: (all.count + pageSize - 1) / pageSize)
        }
        return asked
    }

    @Test(arguments: [(1, 20), (3, 60), (10, 130)]) func popularPages(_ pages: Int, _ expected: Int) {
        var plan = ListPlan.popular(pages: pages)
        let asked = Self.read(&plan) { _ in Array(1...130) }
        #expect(asked.count == min(pages, 7))
        #expect(plan.ids.count == expected)
    }

    @Test func yearsThatAreTooLongAreSplitByDate() {
        // 40,000 movies in a year, of which the service gives 500 pages of 20.
        func movies(_ list: MovieList) -> [Int64] {
            guard case .released(let first, let last) = list else { return [] }
            return (first...last).flatMap { day in (0..<110).map { Int64(day) * 1000 + $0 } }
        }
        var plan = ListPlan.released(years: 2024...2025)
        let asked = Self.read(&plan) { movies($0) }
        #expect(plan.ids.count == (366 + 365) * 110)
        #expect(plan.cut.isEmpty)
        #expect(Set(asked).count == asked.count)
        for case .page(_, let number) in asked { #expect(number <= 500) }
    }

    @Test func aDayThatIsTooLongIsTold() {
        var plan = ListPlan.released(years: 2024...2024)
        let day = CivilDate.days(year: 2024, month: 6, day: 1) ?? 0
        _ = Self.read(&plan, pageSize: 1) { list in
            guard case .released(let first, let last) = list, (first...last).contains(day) else { return [] }
            return Array(1...600)
        }
        #expect(plan.ids.count == 500)
        #expect(plan.cut == [.released(first: day, last: day)])
    }

    @Test func changesComeInWindowsThatOverlap() {
        var plan = ListPlan.changed(since: 100, until: 140)
        var windows: [ClosedRange<Int32>] = []
        _ = Self.read(&plan) { list in
            guard case .changed(let first, let last) = list else { return [] }
            windows.append(first...last)
            return (first...last).map { Int64($0) }
        }
        windows = Set(windows).sorted { $0.lowerBound < $1.lowerBound }
        #expect(windows.first?.lowerBound == 100 && windows.last?.upperBound == 140)
        for (window, next) in zip(windows, windows.dropFirst()) {
            #expect(window.count <= 14 && next.lowerBound == window.upperBound)
        }
        #expect(plan.ids == Set((100...140).map { Int64($0) }))
    }

    @Test func aDayWithoutWindowsIsOneWindow() {
        var plan = ListPlan.changed(since: 200, until: 140)
        #expect(plan.next() == .page(.changed(first: 140, last: 140), number: 1))
        #expect(plan.next() == nil)
    }
}
