/// What is out of the ordinary about one event.
enum EventDirt: Sendable, Equatable {
    case duplicate
    case conflict
    case legacyForm
    case late
    case withoutEventID
    case unknownMovie
    case broken(EventFault)
}

/// How many events there are, and which of them get which dirt, so that the lines come out as many as asked for.
struct DirtPlan {
    /// How many events there are before copies of them are added.
    let events: Int
    private var selection: SelectionPlan<EventDirt>

    /// Of a thousand dirty lines; the rest are broken.
    private static let shares: [(dirt: EventDirt, share: Int)] = [
        (.duplicate, 300), (.conflict, 40), (.legacyForm, 140), (.late, 80), (.withoutEventID, 80), (.unknownMovie, 60),
    ]
    /// The share of the duplicates and conflicts, each a line more than the event that it copies.
    private static let copies = 0.34

    /// - Parameters:
    ///   - lines: how many lines there will be.
    ///   - dirt: the share of them that is dirty.
    init(lines: Int, dirt: Double, withConflicts: Bool) {
        let most = Double(lines) / (1 + Self.copies) - 1
        let planned = Int(max(0, min(Double(lines) * dirt, most)).rounded(.down))
        var kinds: [(kind: EventDirt, count: Int)] = []
        var rest = planned
        var copies = 0
        for (dirt, share) in Self.shares where dirt != .conflict || withConflicts {
            let count = min(rest, (planned * share + 500) / 1000)
            kinds.append((dirt, count))
            rest -= count
            if dirt == .duplicate || dirt == .conflict { copies += count }
        }
        let faults = EventFault.allCases
        for (index, fault) in faults.enumerated() {
            kinds.append((.broken(fault), rest / faults.count + (index < rest % faults.count ? 1 : 0)))
        }
        events = lines - copies
        selection = SelectionPlan(places: events, kinds: kinds)
    }

    /// What the next event gets; to be asked once an event.
    @inline(__always)
    mutating func next(_ random: inout some RandomStream) -> EventDirt? { selection.next(&random) }
}
