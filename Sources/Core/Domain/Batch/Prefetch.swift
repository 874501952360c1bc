import CPrefetch

/// How many rows ahead of the one at hand memory is asked for: rows that are gone through in the order of a key lie
/// anywhere, and each would be waited for.
enum Prefetch {
    /// For a row itself.
    static let rowDistance = 16
    /// For a text of a row, whose place is read in the row.
    static let textDistance = 8

    /// Asks the processor to fetch the lines of so many bytes.
    @inline(__always)
    static func fetch(_ address: UnsafeRawPointer, byteCount: Int = 1) {
        for offset in stride(from: 0, to: byteCount, by: 64) { rh_prefetch(address + offset) }
    }
}

extension EventGroup {
    /// Asks for what will be read of the candidates after a place in an order of them.
    ///
    /// - Parameter order: gives the candidate at a place; nil after the last.
    @inline(__always)
    func prefetch(after place: Int, _ order: (Int) -> Int?) {
        if let candidate = order(place + Prefetch.rowDistance) {
            Prefetch.fetch(self.candidate(candidate).row, byteCount: MemoryLayout<EventRow>.size)
        }
        if let candidate = order(place + Prefetch.textDistance) {
            let (row, text) = self.candidate(candidate)
            if !row.pointee.sessionID.isNull { Prefetch.fetch(text + Int(row.pointee.sessionID.offset)) }
        }
    }

    /// Asks for what will be read of the candidates after a place in an order of them.
    @inline(__always)
    public func prefetch(after place: Int, in order: [UInt32]) {
        prefetch(after: place) { $0 < order.count ? Int(order[$0]) : nil }
    }
}

extension RowSet {
    /// Asks for the rows after a place in an order of them.
    @inline(__always)
    public func prefetch(after place: Int, in order: [UInt32]) {
        let place = place + Prefetch.rowDistance
        guard place < order.count else { return }
        Prefetch.fetch(self[Int(order[place])].cells, byteCount: table.stride * 8)
    }
}
