/// Which snapshots are kept: the last of each of so many days, weeks and months, by the dates in their names.
///
/// Only those count that were verified. The newest one that was is always kept, and so is what a kept one was compared
/// with (`export --since`), without which it is of no use.
public struct SnapshotRetention: Sendable, Equatable {
    /// Of how many days, of those that have one, the last snapshot is kept.
    public var daily: Int
    /// Of how many weeks, which begin on Monday.
    public var weekly: Int
    /// Of how many months.
    public var monthly: Int

    /// A rule.
    public init(daily: Int = 0, weekly: Int = 0, monthly: Int = 0) {
        (self.daily, self.weekly, self.monthly) = (daily, weekly, monthly)
    }

    /// A snapshot, by what its folder says without being read.
    public struct Candidate: Sendable, Equatable {
        /// The name of its folder.
        public var name: String
        /// The name of the snapshot that it was compared with; nil when it is whole.
        public var base: String?
        /// Whether its name is a symbolic link, which somebody has put there. Nothing is decided about it, and it keeps no other
        /// one from being the newest; but another one may have been compared with it.
        public var isLink: Bool
        /// The date in the name, and the number after it, 1 where there is none.
        let day: Int32
        let number: Int

        /// A candidate; nil when the name is no date with or without a number.
        public init?(name: String, base: String? = nil, isLink: Bool = false) {
            guard let (day, number) = SnapshotName.parse(name) else { return nil }
            (self.name, self.base, self.isLink, self.day, self.number) = (name, base, isLink, day, number)
        }
    }

    /// What becomes of a snapshot.
    public enum Decision: Sendable, Equatable {
        /// It is kept; the words say for what.
        case kept([String])
        /// It is removed.
        case removed
        /// It would have been kept, and is damaged: it does not count, and is left for people to look at.
        case damaged
    }

    /// Decides about all snapshots of a folder.
    ///
    /// - Parameter isGood: whether a snapshot is whole. It is asked only of those that would be kept, since that reads all
    ///   of it.
    /// - Returns: the decisions about those that are no links, the newest snapshot first.
    public func decisions(
        _ candidates: [Candidate], isGood: (Candidate) throws -> Bool
    ) rethrows -> [(candidate: Candidate, decision: Decision)] {
        let sorted = candidates.sorted { ($0.day, $0.number) > ($1.day, $1.number) }
        var (days, weeks, months) = (Set<Int32>(), Set<Int32>(), Set<Int32>())
        var reasons: [String: [String]] = [:]
        var (damaged, known) = (Set<String>(), [String: Bool]())
        // Those that a damaged one was compared with.
        var bases: [String: String] = [:]
        func check(_ candidate: Candidate) throws -> Bool {
            if let result = known[candidate.name] { return result }
            // What a snapshot was compared with has to be there too.
            var result = try isGood(candidate)
            if result, let base = candidate.base {
                result = try sorted.first { $0.name == base }.map { try $0.base == nil && isGood($0) } ?? false
            }
            known[candidate.name] = result
            return result
        }
        for candidate in sorted where !candidate.isLink {
            let periods = Periods(candidate.day)
            var wanted: [String] = []
            if reasons.isEmpty { wanted.append("newest") }
            if days.count < daily, !days.contains(candidate.day) { wanted.append("daily") }
            if weeks.count < weekly, !weeks.contains(periods.week) { wanted.append("weekly") }
            if months.count < monthly, !months.contains(periods.month) { wanted.append("monthly") }
            if wanted.isEmpty { continue }
            guard try check(candidate) else {
                damaged.insert(candidate.name)
                // What it was compared with stays with it, to be looked at.
                if let base = sorted.first(where: { $0.name == candidate.base }) {
                    if try check(base) { bases[base.name] = candidate.name } else { damaged.insert(base.name) }
                }
                continue
            }
            reasons[candidate.name] = wanted
            // Each period has the last of its snapshots, wanted for this or for another.
            if wanted.contains("daily") { days.insert(candidate.day) }
            if wanted.contains("weekly") { weeks.insert(periods.week) }
            if wanted.contains("monthly") { months.insert(periods.month) }
            if let base = candidate.base, reasons[base] == nil { reasons[base] = ["base of \(candidate.name)"] }
        }
        return sorted.filter { !$0.isLink }.map { candidate in
            if let reasons = reasons[candidate.name] { return (candidate, .kept(reasons)) }
            if let later = bases[candidate.name] { return (candidate, .kept(["base of \(later), which is damaged"])) }
            return (candidate, damaged.contains(candidate.name) ? .damaged : .removed)
        }
    }

    /// The week and month of a day, by their first days.
    private struct Periods {
        let week: Int32
        let month: Int32

        init(_ day: Int32) {
            // 1970-01-05 was a Monday.
            let sinceMonday = (day - 4) % 7
            week = day - (sinceMonday < 0 ? sinceMonday + 7 : sinceMonday)
            month = day - Int32(CivilDate.date(ofDay: day).day - 1)
        }
    }
}

/// The names of the folders of snapshots: `2026-11-28`, and `2026-11-28-2` for a second one of that date.
public enum SnapshotName {
    /// The name of a snapshot of a date.
    public static func text(day: Int32, number: Int) -> String {
        CivilDate.text(ofDay: day) + (number == 1 ? "" : "-\(number)")
    }

    /// The date and number of a name; nil for another name.
    public static func parse(_ name: String) -> (day: Int32, number: Int)? {
        let bytes = Array(name.utf8)
        guard let day = Array(bytes.prefix(10)).withUnsafeBytes({ CivilDate.parse($0) }) else { return nil }
        if bytes.count == 10 { return (day, 1) }
        guard let number = Int(name.dropFirst(11)), number >= 2, name == text(day: day, number: number) else {
            return nil
        }
        return (day, number)
    }
}
