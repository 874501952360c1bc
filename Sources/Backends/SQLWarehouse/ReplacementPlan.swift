/// Decides, without I/O, what replacing the rules of lines in quarantine does to their rows: which are deleted, opened
/// and updated, and what is counted. The result is the same as if the replacements were made one after the other.
///
/// Rows of the same line (source, line and bytes) form a group. A group has at most one row for each rule.
///
///     var plan = ReplacementPlan([.init(id: 1, group: 1, rule: "a", isOpen: true)])
///     plan.replace(1, by: "b", index: 0)
///     plan.updates  // [[1: 0]]
struct ReplacementPlan {
    /// A row in quarantine.
    struct Line: Equatable {
        /// Its number.
        var id: Int64
        /// The same number for all rows of the same line.
        var group: Int64
        /// The rule that it is in quarantine for.
        var rule: String
        /// Whether it is not cured.
        var isOpen: Bool
    }

    /// What a rule's counts grow by.
    struct Count: Equatable {
        /// How many lines the run rejected for the rule.
        var rejected: Int64 = 0
        /// How many lines for the rule brought no new row, or lost theirs.
        var again: Int64 = 0
    }

    private struct Key: Hashable {
        var group: Int64
        var rule: String
    }

    private var lines: [Int64: Line] = [:]
    private var rows: [Key: Int64] = [:]
    private var steps: [[Int64: Int]] = [[:]]
    /// The keys that rows give up in the last step.
    private var givenUp: Set<Key> = []
    private var reopened: Set<Int64> = []

    /// The rows to be deleted, before anything else is changed.
    private(set) var deleted: Set<Int64> = []
    /// The counts by rule.
    private(set) var counts: [String: Count] = [:]

    /// A plan for some rows and all other rows of the same lines.
    init(_ lines: [Line]) {
        for line in lines {
            self.lines[line.id] = line
            rows[Key(group: line.group, rule: line.rule)] = line.id
        }
    }

    /// The cured rows that become open.
    var opened: Set<Int64> { reopened.subtracting(deleted) }

    /// The rows to be updated, each with the index of its replacement. The updates of one step can be made in any
    /// order: none needs a key (line and rule) that another one gives up.
    var updates: [[Int64: Int]] {
        steps.map { $0.filter { !deleted.contains($0.key) } }.filter { !$0.isEmpty }
    }

    /// Replaces the rule of a row; does nothing when there is no such row.
    ///
    /// - Parameter index: what `updates` gives for the row.
    mutating func replace(_ id: Int64, by rule: String, index: Int) {
        guard let line = lines[id] else { return }
        let old = Key(group: line.group, rule: line.rule)
        let new = Key(group: line.group, rule: rule)
        if old == new {
            counts[rule, default: Count()].rejected += 1
            counts[rule, default: Count()].again += 1
            steps[steps.count - 1][id] = index
            return
        }
        counts[rule, default: Count()].rejected += 1
        counts[old.rule, default: Count()].again += 1
        rows[old] = nil
        if let other = rows[new] {
            counts[rule, default: Count()].again += 1
            merge(line, into: other)
            return
        }
        if givenUp.contains(new) {
            steps.append([:])
            givenUp = []
        }
        steps[steps.count - 1][id] = index
        givenUp.insert(old)
        rows[new] = id
        lines[id]?.rule = rule
    }

    /// Keeps the row that has the new rule already. It is open if one of the two was.
    private mutating func merge(_ line: Line, into other: Int64) {
        if line.isOpen, lines[other]?.isOpen == false {
            lines[other]?.isOpen = true
            reopened.insert(other)
        }
        lines[line.id] = nil
        deleted.insert(line.id)
    }
}
