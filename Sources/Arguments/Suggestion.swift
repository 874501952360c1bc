/// Guesses which name was meant.
public enum Suggestion {
    /// The name nearest to what was written: one that begins with it, or that a few slips of the finger lead to (about
    /// one in three letters); nil when none is near.
    public static func nearest(to written: String, among names: [String]) -> String? {
        let written = written.lowercased()
        if written.utf8.count > 1, let name = names.first(where: { $0.hasPrefix(written) }) { return name }
        let distances = names.map { (name: $0, distance: distance(written, $0)) }
        guard let best = distances.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, min(written.count, best.name.count) / 3) ? best.name : nil
    }

    /// Letters inserted, deleted, replaced, or swapped with their neighbour (optimal string alignment distance).
    static func distance(_ first: String, _ second: String) -> Int {
        let first = Array(first)
        // No name is that long, and the work grows with the product.
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
