/// Distributes things over places at random in one pass: as many places of each kind as planned.
///
/// It uses Knuth's selection sampling (The Art of Computer Programming, volume 2, 3.4.2, algorithm S).
struct SelectionPlan<Kind> {
    private var placesLeft: Int
    private var left: [(kind: Kind, count: Int)]
    private var selectedLeft: Int

    /// - Parameters:
    ///   - places: how often `next` will be called.
    ///   - kinds: how many places each kind gets; together at most `places`.
    init(places: Int, kinds: [(kind: Kind, count: Int)]) {
        placesLeft = places
        left = kinds
        selectedLeft = kinds.reduce(0) { $0 + $1.count }
    }

    /// The kind that the next place gets; nil for none.
    @inline(__always)
    mutating func next(_ random: inout some RandomStream) -> Kind? {
        let places = placesLeft
        placesLeft -= 1
        guard selectedLeft > 0, random.below(places) < selectedLeft else { return nil }
        return removeKind(random.below(selectedLeft))
    }

    private mutating func removeKind(_ number: Int) -> Kind? {
        selectedLeft -= 1
        var number = number
        for index in left.indices {
            if number < left[index].count {
                left[index].count -= 1
                return left[index].kind
            }
            number -= left[index].count
        }
        return nil
    }
}
