import TableTesting
import Testing

@testable import Domain

/// Distinct users by day, in memory.
@Suite struct DayUsersTests {
    @Test(arguments: [1, 2, 3]) func isASet(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let users = DayUsers()
        var expected: Set<Int64> = []
        for _ in 0..<5000 {
            // Neighbours, far ones, and ids at the ends of words and of the range.
            let number = generator.next()
            let id =
                switch number % 4 {
                case 0: Int64((number >> 8) % 300)
                case 1: Int64(number >> 1)
                case 2: Int64.max - Int64((number >> 8) % 70)
                default: Int64((number >> 8) % 40) * 64
                }
            users.insert(id)
            expected.insert(id)
            #expect(users.count == expected.count)
        }
        #expect(expected.allSatisfy { users.contains($0) })
        for id in expected where !expected.contains(id ^ 1) { #expect(!users.contains(id ^ 1)) }
    }

    @Test func neighboursTakeFewBytes() {
        let users = DayUsers()
        for id: Int64 in 1...64_000 { users.insert(id) }
        #expect(users.byteSize <= 64_000)
    }
}

/// How many users a day gains, as far as their first and last times tell it.
@Suite struct EarlierUsersTests {
    private static let day: Int32 = 20_000
    private static let noon = Int64(day) * CivilDate.millisecondsPerDay + 43_200_000
    private static let oneDay = CivilDate.millisecondsPerDay

    private func gain(_ earlier: [(id: Int64, first: Int64, last: Int64)], isNew: Bool = false) -> Int64? {
        let active = DayUsers()
        for id: Int64 in 1...3 { active.insert(id) }
        var users = EarlierUsers()
        for user in earlier { users.add(user.id, firstSeen: user.first, lastSeen: user.last) }
        return users.gain(of: active, on: Self.day, isNew: isNew)
    }

    @Test func isKnownFromFirstAndLastTimes() {
        let (noon, oneDay) = (Self.noon, Self.oneDay)
        #expect(gain([]) == 3)
        #expect(gain([(1, noon - 2 * oneDay, noon - oneDay)]) == 3)
        #expect(gain([(1, noon + oneDay, noon + 2 * oneDay)]) == 3)
        #expect(gain([(1, noon - oneDay, noon), (2, noon, noon + oneDay)]) == 1)
        #expect(gain([(9, noon, noon), (9, noon - oneDay, noon + oneDay)]) == 3, "they are not active now")
    }

    @Test func isUnknownWhereADayIsBetweenThem() {
        let (noon, oneDay) = (Self.noon, Self.oneDay)
        #expect(gain([(1, noon - oneDay, noon + oneDay)]) == nil)
        #expect(gain([(1, noon - oneDay, noon + oneDay)], isNew: true) == 3, "nobody had an event on the day")
    }

    @Test func theEndsOfTheDayCount() {
        let start = Int64(Self.day) * Self.oneDay
        let end = start + Self.oneDay
        #expect(gain([(1, start - 9, start - 1)]) == 3)
        #expect(gain([(1, start - 9, start)]) == 2)
        #expect(gain([(1, end - 1, end)]) == 2)
        #expect(gain([(1, end, end)]) == 3)
        #expect(gain([(1, start - 1, end)]) == nil)
    }

    @Test func isUnknownOfTooManyUsers() {
        var users = EarlierUsers()
        for id in 0...Int64(EarlierUsers.limit) { users.add(10 + id, firstSeen: 0, lastSeen: 1) }
        #expect(users.gain(of: DayUsers(), on: Self.day, isNew: false) == nil)
        users.removeAll()
        #expect(users.gain(of: DayUsers(), on: Self.day, isNew: false) == 0)
    }
}
