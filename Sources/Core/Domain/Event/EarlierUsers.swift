/// Users of a transaction's events who had events before, as the warehouse had them before the transaction. They tell how
/// many users a day gains without reading its facts, unless late events come between a user's first and last one.
///
///     var earlier = EarlierUsers()
///     earlier.add(4711, firstSeen: first, lastSeen: last)
///     let gained = earlier.gain(of: users, on: day, isNew: false)
public struct EarlierUsers {
    private struct User: BitwiseCopyable {
        let id: Int64
        let firstSeen: Int64
        let lastSeen: Int64
    }

    /// So many users are kept; with more of them nothing can be told.
    public static let limit = 1 << 19

    private var users: ContiguousArray<User> = []
    private var isComplete = true

    /// No users.
    public init() {}

    /// Adds a user with the times of the first and the last event before.
    public mutating func add(_ id: Int64, firstSeen: Int64, lastSeen: Int64) {
        guard users.count < Self.limit else { return isComplete = false }
        users.append(User(id: id, firstSeen: firstSeen, lastSeen: lastSeen))
    }

    /// Removes the users.
    public mutating func removeAll() {
        users.removeAll(keepingCapacity: true)
        isComplete = true
    }

    /// How many of a day's users had no event on that day before.
    ///
    /// - Parameters:
    ///   - active: the users with new events on the day.
    ///   - isNew: whether nobody had an event on the day before.
    /// - Returns: nil when it cannot be told, so that the facts have to be counted.
    public func gain(of active: DayUsers, on day: Int32, isNew: Bool) -> Int64? {
        if isNew { return Int64(active.count) }
        guard isComplete else { return nil }
        let start = Int64(day) * CivilDate.millisecondsPerDay
        let hours = start..<start + CivilDate.millisecondsPerDay
        var gain = Int64(active.count)
        for user in users where user.firstSeen < hours.upperBound && user.lastSeen >= hours.lowerBound {
            guard active.contains(user.id) else { continue }
            guard hours.contains(user.firstSeen) || hours.contains(user.lastSeen) else { return nil }
            gain -= 1
        }
        return gain
    }
}
