/// Where each source of a port is in a list of reports.
///
/// The list begins with the sources that `SourceSet.describe()` names. A source that it does not name, such as a
/// partition that was added later, comes after them when its first chunk comes.
///
///     var numbers = SourceNumbers(described: 2)
///     numbers.index(of: 1)  // 1
///     numbers.index(of: 7)  // 2: new, at the end of the list
struct SourceNumbers {
    private let described: Int
    private var others: [Int: Int] = [:]
    /// The numbers of the sources that were not described, in the order of the list.
    private var order: [Int] = []

    /// The numbers of the sources that are described: 0, 1 and so on.
    init(described: Int) { self.described = described }

    /// The index of the source with a number (`Source.number`). For a new number it is the index after the last one,
    /// so the caller has to append an element to its list.
    mutating func index(of number: Int) -> Int {
        if (0..<described).contains(number) { return number }
        if let index = others[number] { return index }
        let index = described + order.count
        others[number] = index
        order.append(number)
        return index
    }

    /// The number of the source at an index of the list.
    func number(at index: Int) -> Int { index < described ? index : order[index - described] }
}
