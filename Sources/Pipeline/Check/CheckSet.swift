/// The checks of one or more files, and the values of their parameters.
public struct CheckSet: Sendable, Equatable {
    /// The checks to be made, in order.
    public private(set) var checks: [Check] = []
    /// The parameters with their values, in order.
    public private(set) var parameters: [CheckParameter] = []

    /// The parameter that every file has: the clock of the checking.
    public static let now = "now"

    /// Combines files. A check or parameter of a later file takes the place of an earlier one of the same name.
    ///
    /// - Throws: `CheckError.undeclared` when a query names a parameter that is in none of the files.
    public init(_ files: [CheckFile]) throws(CheckError) {
        for file in files {
            for check in file.checks { Self.put(check, into: &checks) { $0.name == check.name } }
            for parameter in file.parameters {
                Self.put(parameter, into: &parameters) { $0.name == parameter.name }
            }
        }
        let known = Set(parameters.map(\.name) + [Self.now])
        for check in checks {
            for query in check.queries.values {
                for (name, line) in query.statement.names where !known.contains(name) {
                    throw .undeclared(name, file: check.file, line: query.line + line - 1)
                }
            }
        }
    }

    private static func put<Element>(
        _ element: Element, into list: inout [Element], where isSame: (Element) -> Bool
    ) {
        if let place = list.firstIndex(where: isSame) { list[place] = element } else { list.append(element) }
    }

    /// Sets a parameter, from a text such as `freshness=3d`.
    public mutating func set(_ assignment: String) throws(CheckError) {
        let halves = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let place = parameters.firstIndex(where: { $0.name == halves[0] }) else {
            throw .unknownParameter(halves[0])
        }
        let text = halves.count == 2 ? halves[1] : ""
        guard let value = CheckValue(text), value.isOfKind(of: parameters[place].value) else {
            throw .wrongValue(text, parameter: parameters[place])
        }
        parameters[place].value = value
    }

    /// Leaves out checks.
    ///
    /// - Parameters:
    ///   - only: the names of those that stay; nil for all.
    ///   - skip: the names of those that go.
    public mutating func select(only: [String]?, skip: [String]) throws(CheckError) {
        for name in (only ?? []) + skip where !checks.contains(where: { $0.name == name }) {
            throw .unknownCheck(name)
        }
        let left = checks.filter { only?.contains($0.name) != false && !skip.contains($0.name) }
        if left.isEmpty { throw .nothing }
        checks = left
    }

    /// The values by name, under a clock.
    func values(now: Int64) -> [String: CheckValue] {
        var values = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.value) })
        values[Self.now] = .time(now)
        return values
    }
}
