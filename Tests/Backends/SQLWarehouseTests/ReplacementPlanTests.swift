import Testing

@testable import SQLWarehouse

/// What a list of replacements does to the rows of the same lines.
@Suite struct ReplacementPlanTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// The rows: number, group, rule, whether open.
        var rows: [(Int64, Int64, String, Bool)]
        var replacements: [(Int64, String)]
        var deleted: Set<Int64> = []
        var opened: Set<Int64> = []
        var updates: [[Int64: Int]] = []
        /// By rule: rejected, rejected again.
        var counts: [String: [Int64]] = [:]
    }

    @Test(arguments: [
        Case(testDescription: "an unknown number", rows: [], replacements: [(1, "a")]),
        Case(
            testDescription: "the same rule", rows: [(1, 1, "a", true)], replacements: [(1, "a")],
            updates: [[1: 0]], counts: ["a": [1, 1]]),
        Case(
            testDescription: "another rule", rows: [(1, 1, "a", true)], replacements: [(1, "b")],
            updates: [[1: 0]], counts: ["a": [0, 1], "b": [1, 0]]),
        Case(
            testDescription: "an open line for a rule of a cured one",
            rows: [(1, 1, "a", true), (2, 1, "b", false)], replacements: [(1, "b")],
            deleted: [1], opened: [2], counts: ["a": [0, 1], "b": [1, 1]]),
        Case(
            testDescription: "a cured line for a rule of a cured one",
            rows: [(1, 1, "a", false), (2, 1, "b", false)], replacements: [(1, "b")],
            deleted: [1], counts: ["a": [0, 1], "b": [1, 1]]),
        Case(
            testDescription: "the same rule of another line",
            rows: [(1, 1, "a", true), (2, 2, "b", true)], replacements: [(1, "b")],
            updates: [[1: 0]], counts: ["a": [0, 1], "b": [1, 0]]),
        Case(
            testDescription: "two become the same, the first of them is cured",
            rows: [(1, 1, "a", false), (2, 1, "b", true)], replacements: [(1, "c"), (2, "c")],
            deleted: [2], opened: [1], updates: [[1: 0]], counts: ["a": [0, 1], "b": [0, 1], "c": [2, 1]]),
        Case(
            testDescription: "a rule that another row gives up",
            rows: [(1, 1, "a", true), (2, 1, "b", true)], replacements: [(2, "c"), (1, "b")],
            updates: [[2: 0], [1: 1]], counts: ["a": [0, 1], "b": [1, 1], "c": [1, 0]]),
        Case(
            testDescription: "a rule that a deleted row gives up",
            rows: [(1, 1, "a", true), (2, 1, "b", true)], replacements: [(1, "b"), (2, "a")],
            deleted: [1], updates: [[2: 1]], counts: ["a": [1, 1], "b": [1, 2]]),
        Case(
            testDescription: "an opened row that is deleted, and an update of it",
            rows: [(1, 1, "a", true), (2, 1, "b", false), (3, 1, "c", false)],
            replacements: [(2, "b"), (1, "b"), (2, "c")],
            deleted: [1, 2], opened: [3], counts: ["a": [0, 1], "b": [2, 3], "c": [1, 1]]),
    ])
    func plans(example: Case) {
        var plan = ReplacementPlan(
            example.rows.map { .init(id: $0.0, group: $0.1, rule: $0.2, isOpen: $0.3) })
        for (index, replacement) in example.replacements.enumerated() {
            plan.replace(replacement.0, by: replacement.1, index: index)
        }
        #expect(plan.deleted == example.deleted)
        #expect(plan.opened == example.opened)
        #expect(plan.updates == example.updates)
        #expect(plan.counts.mapValues { [$0.rejected, $0.again] } == example.counts)
    }
}
