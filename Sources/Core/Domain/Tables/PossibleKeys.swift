/// The keys that a table may have. A key that is not among them is certainly not in the table; one that is may be.
///
/// It is a Bloom filter (B. H. Bloom, "Space/time trade-offs in hash coding with allowable errors", 1970) whose bits for
/// one key are in one word. It has a fixed size of one MiB: with half a million keys, one in two hundred others is taken
/// for one of them; with two million, one in six.
///
///     var keys = PossibleKeys(BehaviourTables.users)
///     keys.insert(merged.rows, merged.orderByKey())
///     let (new, others) = keys.split(later.rows, later.orderByKey())
public struct PossibleKeys {
    /// The number of words, as a power of 2.
    private static let sizeBits: UInt64 = 17

    private let plan: MergePlan
    private var words = [UInt64](repeating: 0, count: 1 << Int(Self.sizeBits))

    /// No keys of a table.
    public init(_ table: Table) { plan = MergePlan(table) }

    /// Adds the keys of rows.
    ///
    /// - Parameter order: the indices of the rows in the set.
    public mutating func insert(_ rows: RowSet, _ order: [UInt32]) {
        let text = UnsafeRawPointer(rows.text.base)
        for index in order {
            let (word, bits) = place(of: plan.keyHash(rows[Int(index)], text))
            words[word] |= bits
        }
    }

    /// Splits rows by whether their key is certainly new.
    ///
    /// - Parameter order: the indices of the rows in the set.
    /// - Returns: two parts of `order`, each in its order.
    public func split(_ rows: RowSet, _ order: [UInt32]) -> (new: [UInt32], others: [UInt32]) {
        let text = UnsafeRawPointer(rows.text.base)
        var (new, others): ([UInt32], [UInt32]) = ([], [])
        for index in order {
            let (word, bits) = place(of: plan.keyHash(rows[Int(index)], text))
            if words[word] & bits == bits { others.append(index) } else { new.append(index) }
        }
        return (new, others)
    }

    /// The word of a hash by its upper bits, and four bits in it by its lower ones.
    @inline(__always)
    private func place(of hash: UInt64) -> (word: Int, bits: UInt64) {
        let bits = (0..<4).reduce(0 as UInt64) { $0 | 1 << (hash >> (6 * UInt64($1)) & 63) }
        return (Int(hash >> (64 - Self.sizeBits)), bits)
    }
}
