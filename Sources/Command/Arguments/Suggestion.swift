/// Guesses which name the user meant.
public enum Suggestion {
    /// The name that is most similar to the typed one: it differs by few letters (about one in three), or else begins
    /// with the typed one. Nil if none is similar. Of equally similar names the shortest is given, then the first.
    public static func nearest(to written: String, among names: [String]) -> String? {
        let written = written.lowercased()
        let near = names.map { (name: $0, distance: distance(written, $0.lowercased())) }
            .filter { $0.distance <= max(1, min(written.count, $0.name.count) / 3) }
        if let best = near.min(by: { ($0.distance, $0.name.count) < ($1.distance, $1.name.count) }) { return best.name }
        guard written.utf8.count > 1 else { return nil }
        return names.filter { $0.lowercased().hasPrefix(written) }.min { $0.count < $1.count }
    }

    /// How many letters are inserted, deleted, replaced or swapped with a neighbour (optimal string alignment
    /// distance).
    static func distance(_ first: String, _ second: String) -> Int {
        let first = Array(first)
        // No name is longer, and the time grows with the product of the lengths.
        guard first.count <= 64 else { return first.count }
        let second = Array(second)
        var beforeLast: [Int] = []
        var last = Array(0...second.count)
        for row in first.indices {
            var current = [row + 1]
            for column in second.indices {
                let isSame = first[row] == second[column]
                var cost = min(current[column] + 1, last[column + 1] + 1, last[column] + (isSame ? 0 : 1))
                if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[second.count]
    }
}
