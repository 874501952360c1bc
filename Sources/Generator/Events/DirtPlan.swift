/// What is unusual about one event.
enum EventDirt: Sendable, Equatable {
    case duplicate
    case conflict
    case legacyForm
    case late
    case withoutEventID
    case unknownMovie
    case broken(PlantedFault)
}

/// Decides how many events there are and which of them are unusual in which way, so that the number of lines is as
/// requested.
struct DirtPlan {
    /// How many events there are before copies of them are added.
    let events: Int
    private var selection: SelectionPlan<EventDirt>

    /// How many of a thousand unusual lines are of each kind; the rest are broken.
    private static let shares: [(dirt: EventDirt, share: Int)] = [
        (.duplicate, 300), (.conflict, 40), (.legacyForm, 140), (.late, 80), (.withoutEventID, 80), (.unknownMovie, 60),
    ]
    /// How many of them are duplicates and conflicts, which are added to the lines of the events that they copy.
    private static let copies = 0.34

    /// - Parameters:
    ///   - lines: how many lines there will be.
    ///   - dirt: the share of unusual lines.
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
        let faults = PlantedFault.allCases
        for (index, fault) in faults.enumerated() {
            kinds.append((.broken(fault), rest / faults.count + (index < rest % faults.count ? 1 : 0)))
        }
        events = lines - copies
        selection = SelectionPlan(places: events, kinds: kinds)
    }

    /// What is unusual about the next event. Called once for each event.
    @inline(__always)
    mutating func next(_ random: inout some RandomStream) -> EventDirt? { selection.next(&random) }
}
