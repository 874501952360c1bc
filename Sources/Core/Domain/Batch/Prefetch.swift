import CPrefetch

/// Fetches memory into the processor's cache before it is needed.
///
/// Rows that are visited in the order of a key are scattered in memory, so that the processor would wait for each.
enum Prefetch {
    /// How many rows ahead a row is fetched.
    static let rowDistance = 16
    /// How many rows ahead a text is fetched. The row must be there already, since it has the text's place.
    static let textDistance = 8

    /// Fetches `byteCount` bytes at an address.
    @inline(__always)
    static func fetch(_ address: UnsafeRawPointer, byteCount: Int = 1) {
        for offset in stride(from: 0, to: byteCount, by: 64) { rh_prefetch(address + offset) }
    }
}

extension EventGroup {
    /// Fetches the candidates that come soon after a place in an order.
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

    /// Fetches the candidates that come soon after a place in an order.
    @inline(__always)
    public func prefetch(after place: Int, in order: [UInt32]) {
        prefetch(after: place) { $0 < order.count ? Int(order[$0]) : nil }
    }
}

extension RowSet {
    /// Fetches the rows that come soon after a place in an order.
    @inline(__always)
    public func prefetch(after place: Int, in order: [UInt32]) {
        let place = place + Prefetch.rowDistance
        guard place < order.count else { return }
        Prefetch.fetch(self[Int(order[place])].cells, byteCount: table.stride * 8)
    }
}
