import Domain
import Synchronization

/// The numbers of the sources that partitions are read as (`Source.number`). A partition keeps its number when a load
/// opens the topics again; one that appears later gets a new one, and so does a log that replaces another one of which
/// lines were read.
final class PartitionNumbers: Sendable {
    private struct State {
        /// The numbers of the partitions that were described, for those that are not read yet.
        var described: [PartitionKey: Int]
        var numbers: [PartitionKey: Int] = [:]
        var keys: [Int: PartitionKey] = [:]
        var next: Int

        mutating func give(_ number: Int, to key: PartitionKey) -> Int {
            (numbers[key], keys[number]) = (number, key)
            return number
        }
    }

    private let state: Mutex<State>

    /// Numbers for partitions in the order of their description.
    ///
    /// - Parameter described: with their first generation.
    init(described: [PartitionKey]) {
        let numbers = Dictionary(described.enumerated().map { ($1, $0) }) { first, _ in first }
        state = Mutex(State(described: numbers, next: described.count))
    }

    /// The number of a partition.
    func number(of key: PartitionKey) -> Int {
        state.withLock { state in
            if let number = state.numbers[key] { return number }
            if let number = state.described.removeValue(forKey: key.first) { return state.give(number, to: key) }
            state.next += 1
            return state.give(state.next - 1, to: key)
        }
    }

    /// Gives the number of a log of which no line was read to the log that has replaced it.
    func hand(over key: PartitionKey, to successor: PartitionKey) {
        state.withLock { state in
            guard let number = state.numbers.removeValue(forKey: key) else { return }
            _ = state.give(number, to: successor)
        }
    }

    /// The partition that is read as a source with this number.
    func key(of number: Int) -> PartitionKey? { state.withLock { $0.keys[number] } }
}
