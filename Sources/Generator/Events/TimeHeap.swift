/// A priority queue: values by their times, the earliest first.
struct TimeHeap<Payload> {
    private var moments: [Int64] = []
    private var payloads: [Payload] = []

    var count: Int { moments.count }
    /// The earliest time; `Int64.max` if the queue is empty.
    @inline(__always) var earliest: Int64 { moments.first ?? .max }

    mutating func insert(_ payload: Payload, at moment: Int64) {
        moments.append(moment)
        payloads.append(payload)
        var index = moments.count - 1
        while index > 0 {
            let parent = (index - 1) / 2
            if moments[parent] <= moments[index] { break }
            moments.swapAt(parent, index)
            payloads.swapAt(parent, index)
            index = parent
        }
    }

    /// The value with the earliest time. The queue must not be empty.
    @inline(__always) var first: Payload { payloads[0] }

    /// Gives the earliest value a later time.
    @inline(__always)
    mutating func postponeFirst(to moment: Int64) {
        moments[0] = moment
        sink()
    }

    /// Removes and gives the earliest value. The queue must not be empty.
    mutating func removeFirst() -> Payload {
        let last = moments.count - 1
        moments.swapAt(0, last)
        payloads.swapAt(0, last)
        moments.removeLast()
        let payload = payloads.removeLast()
        if !moments.isEmpty { sink() }
        return payload
    }

    private mutating func sink() {
        let count = moments.count
        let moment = moments[0]
        let payload = payloads[0]
        var index = 0
        while true {
            var child = index * 2 + 1
            if child >= count { break }
            if child + 1 < count, moments[child + 1] < moments[child] { child += 1 }
            if moments[child] >= moment { break }
            moments[index] = moments[child]
            payloads[index] = payloads[child]
            index = child
        }
        moments[index] = moment
        payloads[index] = payload
    }
}
