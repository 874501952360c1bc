/// What accepted events add to the days of `site_daily`, in memory, until a transaction merges it.
///
/// What the days gain by new users and sessions is not among it: only the warehouse knows which of them are new.
public final class SiteDays {
    /// The sums, one row a day; `active_users` is not among them.
    public let rows = MergeTable(MartTables.siteDaily)
    /// The users of each day, by the index of its row.
    @exclusivity(unchecked) public private(set) var users: ContiguousArray<DayUsers> = []
    @exclusivity(unchecked) private var places = DayPlaces()
    private let dayColumn, events, scoreThousandths, scores: ColumnPlace
    /// The cell that counts events of each type, by the type's raw value; the one of all events for a type that is not
    /// counted by itself.
    private let counters: UnsafeMutableBufferPointer<Int>
    @exclusivity(unchecked) private var currentDay = Int32.min
    @exclusivity(unchecked) private var current = 0

    /// No days.
    public init() {
        let declared = MartTables.siteDaily
        dayColumn = ColumnPlace("day", declared)
        events = ColumnPlace("events", declared)
        scoreThousandths = ColumnPlace("score_thousandths", declared)
        scores = ColumnPlace("scores", declared)
        let cells = EventType.allCases.map { type in
            let name = MartTables.counters.first { $0.type == type }?.column
            return declared.cells[declared.index(of: name ?? "events")]
        }
        counters = .allocate(capacity: cells.count)
        _ = counters.initialize(from: cells)
    }

    deinit { counters.deallocate() }

    /// The size in bytes.
    public var byteSize: Int { users.reduce(rows.byteSize) { $0 + $1.byteSize } }

    /// Adds an accepted event.
    @inline(__always)
    func add(_ event: UnsafePointer<EventRow>) {
        let day = CivilDate.day(ofMilliseconds: event.pointee.time)
        if day != currentDay { move(to: day) }
        let cells = rows.rows[current].cells
        let type = event.pointee.type
        cells[events.cell] &+= 1
        let counter = counters[Int(type.rawValue)]
        if counter != events.cell { cells[counter] &+= 1 }
        if type == .rate, !event.pointee.score.isNaN {
            cells[scoreThousandths.cell] &+= UInt64(event.pointee.score * 1000)
            cells[scores.cell] &+= 1
        }
        users[current].insert(event.pointee.userID)
    }

    /// Removes the days.
    public func removeAll() {
        rows.removeAll()
        users.removeAll()
        places = DayPlaces()
        currentDay = .min
    }

    /// Makes a day the current one.
    private func move(to day: Int32) {
        currentDay = day
        if let known = places[day] {
            current = known
            return
        }
        current = users.count
        places[day] = current
        users.append(DayUsers())
        let row = rows.scratch
        MartTables.clearSiteDay(row)
        row.set(dayColumn, Int64(day))
        // The row has no texts; any address will do.
        rows.merge(text: UnsafeRawPointer(row.cells))
    }
}

extension MartTables {
    /// Makes the sums of a row of `site_daily` 0 and its means null.
    public static func clearSiteDay(_ row: PackedRow) {
        row.cells.update(repeating: 0, count: siteDaily.stride)
        for name in ["mean_session_seconds", "mean_score"] { row.setNull(column: siteDaily.index(of: name)) }
    }
}

/// Where each day has its row. The days that were asked for last are found without hashing.
public struct DayPlaces {
    private var places: [Int32: Int] = [:]
    private var recent = [(day: Int32, place: Int)](repeating: (.min, 0), count: 256)

    /// No days.
    public init() {}

    /// The place of a day; nil when it has none.
    public subscript(day: Int32) -> Int? {
        mutating get {
            let slot = Int(day & 255)
            if recent[slot].day == day { return recent[slot].place }
            guard let place = places[day] else { return nil }
            recent[slot] = (day, place)
            return place
        }
        set {
            places[day] = newValue
            if let newValue { recent[Int(day & 255)] = (day, newValue) }
        }
    }
}
