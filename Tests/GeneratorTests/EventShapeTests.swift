import Domain
import Testing

@testable import Generator

/// Clean events look like those of a site.
@Suite struct EventShapeTests {
    private static let shape = GeneratorTests.options(movies: 500, events: 30_000, users: 2000, days: 7)
    private let options = shape

    /// The events with the days of their files: made once, for all tests.
    private static let generated = Result {
        let cleaner = try ReferenceCleaner()
        return try GeneratedFolder(shape).files("events").flatMap { file in
            let day = try #require(file.day)
            return try file.lines.map { line in
                guard case .valid(let event) = try cleaner.verdict(line) else {
                    Issue.record("a clean line is rejected: \(String(decoding: line, as: UTF8.self))")
                    return (file: day, event: CleanEvent(type: ""))
                }
                return (file: day, event: event)
            }
        }
    }

    private func events() throws -> [(file: Int32, event: CleanEvent)] { try Self.generated.get() }

    @Test func everyTypeComesAsOftenAsItShould() throws {
        var counts: [String: Int] = [:]
        for (_, event) in try events() { counts[event.type, default: 0] += 1 }
        for type in EventType.allCases {
            let share = Double(counts[type.name, default: 0]) / Double(options.events) * 100
            #expect(abs(share - Double(type.share)) < 0.8, "\(type.name): \(share) %")
        }
        #expect(EventType.mix.count == 100)
    }

    @Test func filesHoldOneDayAlmostInOrder() throws {
        var newest: Int64 = 0
        var steps = 0
        for (file, event) in try events() {
            #expect(CivilDate.day(ofMilliseconds: event.time) == file)
            #expect(newest - event.time < 330_000)
            steps += event.time < newest ? 1 : 0
            newest = max(newest, event.time)
        }
        #expect(steps > 300)
        #expect(steps < options.events / 3)
    }

    @Test func sessionsKeepTheirUserAndDevice() throws {
        var sessions: [String: (user: Int64, device: [String], events: Int, first: Int64, last: Int64)] = [:]
        for (_, event) in try events() {
            let name = try #require(event.session)
            var session = sessions[name] ?? (event.user, event.device, 0, event.time, event.time)
            #expect(session.user == event.user)
            #expect(session.device == event.device)
            session.events += 1
            session.first = min(session.first, event.time)
            session.last = max(session.last, event.time)
            sessions[name] = session
        }
        let mean = Double(options.events) / Double(sessions.count)
        #expect((9.0...11.0).contains(mean), "\(mean) events a session")
        #expect(sessions.values.contains { $0.events == 1 })
        #expect(sessions.values.allSatisfy { $0.last - $0.first < 6 * 3_600_000 })
    }

    @Test func usersAndMoviesFollowZipf() throws {
        var movies: [Int64: Int] = [:]
        var users: [Int64: Int] = [:]
        for (_, event) in try events() {
            users[event.user, default: 0] += 1
            if let movie = event.movie { movies[movie, default: 0] += 1 }
        }
        let popular = movies.values.sorted(by: >)
        #expect(movies.count > 400)
        #expect((7...14).contains(popular[0] / popular[9]), "rank 1 to rank 10: \(popular[0]) to \(popular[9])")
        let active = users.values.sorted(by: >)
        #expect(users.count > 1000)
        #expect(users.keys.allSatisfy { (1...2000).contains($0) })
        #expect(active[0] > 3 * active[19])
    }

    @Test func commentsAreShortButForAFew() throws {
        var comments: Set<String> = []
        var lengths: [Int] = []
        var replies = 0
        var deleted = 0
        for (_, event) in try events() where event.type == "comment" {
            comments.insert(try #require(event.comment))
            if let body = event.body { lengths.append(body.unicodeScalars.count) } else { deleted += 1 }
            replies += event.content.contains { $0.hasPrefix("comment=c-") && $0.contains(" ") } ? 1 : 0
        }
        let long = lengths.filter { $0 > 2000 }
        #expect(long.count >= 5)
        #expect(long.count < lengths.count / 20)
        #expect(long.allSatisfy { $0 < 4100 })
        #expect(lengths.filter { $0 <= 2000 }.allSatisfy { (20...300).contains($0) })
        #expect(comments.count < lengths.count + deleted, "some comments are edited")
        #expect(deleted > 0)
        #expect(replies > lengths.count / 5)
    }

    @Test func ratingsReactionsAndVotesAreAlsoWithdrawn() throws {
        let contents = Set(try events().flatMap(\.event.content))
        for content in ["score=withdrawn", "undo=true", "undo=false", "vote=0.0", "vote=-1.0", "vote=1.0"] {
            #expect(contents.contains(content))
        }
        for status in Event.statuses { #expect(contents.contains("status=\(status)")) }
        #expect(contents.contains { $0.hasPrefix("score=") && $0.hasSuffix(".5") })
    }

    @Test func lineHasTheContractsForm() throws {
        let file = try #require(try GeneratedFolder(options).files("events").first)
        let line = String(decoding: try #require(file.lines.first { $0.contains(0x25) == false }), as: UTF8.self)
        let form =
            #"^\{"event_id":"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}","#
            + #""event_type":"[a-z_]+","event_time":"2026-11-14T\d\d:\d\d:\d\d\.\d{3}Z","user_id":\d+,"#
            + #""session_id":"s-\d+-\d+",("movie_id":\d+,)?"session":\{"device":"[^"]+","browser":"[^"]+","os":"[^"]+","#
            + #""screen_resolution":"\d+x\d+"\},"metadata":\{.*\}\}$"#
        #expect(line.contains(try Regex(form)), "\(line)")
        let mean = Double(file.bytes.count) / Double(file.lines.count)
        #expect((280.0...350.0).contains(mean), "\(mean) bytes a line")
    }
}
