/// Decides in one pass which places get what: as many of each kind as planned, at places by chance.
///
/// The pass is Knuth's selection sampling (The Art of Computer Programming, volume 2, 3.4.2, algorithm S).
struct SelectionPlan<Kind> {
    private var placesLeft: Int
    private var left: [(kind: Kind, count: Int)]
    private var selectedLeft: Int

    /// - Parameters:
    ///   - places: how often `next` will be asked.
    ///   - kinds: how many places each kind gets, together not more than there are.
    init(places: Int, kinds: [(kind: Kind, count: Int)]) {
        placesLeft = places
        left = kinds
        selectedLeft = kinds.reduce(0) { $0 + $1.count }
    }

    /// What the next place gets; nil: nothing.
    @inline(__always)
    mutating func next(_ random: inout some RandomStream) -> Kind? {
        let places = placesLeft
        placesLeft -= 1
        guard selectedLeft > 0, random.below(places) < selectedLeft else { return nil }
        return takeKind(random.below(selectedLeft))
    }

    private mutating func takeKind(_ number: Int) -> Kind? {
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
