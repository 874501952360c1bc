import Domain
import Files
import TestSupport
import Testing

@testable import Pipeline

/// A whole fetch from a service in memory, ended in the middle and begun again.
@Suite struct FetcherTests {
    private static let day = CivilDate.days(year: 2026, month: 11, day: 28) ?? 0
    private static let inFlight = 6

    private static func options(_ ids: [Int64] = Array(1...100)) -> FetchOptions {
        var options = FetchOptions(key: "0123456789abcdef", now: 0, day: day, retryFor: .seconds(60))
        options.selection.ids = ids
        options.rate = .infinity
        options.connections = inFlight
        return options
    }

    private static func store(_ folder: TemporaryFolder) throws -> FetchFolder {
        try FetchFolder(output: folder.path("movies"), state: folder.path("fetched"), key: "0123456789abcdef")
    }

    private static func fetch(
        _ service: ScriptedService, _ folder: TemporaryFolder, _ options: FetchOptions = options(),
        forgetful: Bool = false
    ) throws -> FetchReport {
        let store = try store(folder)
        var now = 0.0
        let fetcher = try Fetcher(
            from: service, to: forgetful ? ForgetfulStore(store) : store, options: options
        ) {
            now += 0.01
            return now
        }
        return try fetcher.run()
    }

    private static func snapshot(_ folder: TemporaryFolder) throws -> String {
        let bytes = folder.read("movies/movies-2026-11-28.ndjson.zst")
        return try String(decoding: Compression.decode(bytes), as: UTF8.self)
    }

    /// How many questions were asked a second time, with a kill after each of some numbers of questions.
    private static func askedTwice(
        killsAfter kills: [Int], forgetful: Bool, _ folder: TemporaryFolder
    ) throws -> Int {
        var asked: [MovieQuestion: Int] = [:]
        for kill in kills + [nil] {
            let service = ScriptedService(killsAfter: kill)
            do {
                let report = try fetch(service, folder, forgetful: forgetful && kill != nil)
                #expect(kill == nil && report.documents == 86 && report.gone == 14)
            } catch is ScriptedService.Killed {
                #expect(kill != nil)
            }
            for question in service.asked { asked[question, default: 0] += 1 }
        }
        #expect(asked.count == 100)
        return asked.values.reduce(0) { $0 + $1 - 1 }
    }

    @Test func documentsComeInTheOrderOfTheirIDs() throws {
        let folder = try TemporaryFolder()
        let report = try Self.fetch(ScriptedService(), folder)
        #expect(report.documents == 86 && report.new == 86 && report.gone == 14 && report.failed == 0)
        let expected = (1...100).filter { $0 % 7 > 0 }.map {
            "{\"id\":\($0), \"title\":\"T\($0)\",\"popularity\":\($0)}\n"
        }
        #expect(try Self.snapshot(folder) == expected.joined())
        #expect(folder.names(in: "movies") == ["movies-2026-11-28.ndjson.zst"])
        // What is seen is compared with it another day.
        var later = Self.options()
        later.day += 1
        let second = try Self.fetch(ScriptedService(), folder, later)
        #expect(second.unchanged == 86 && second.gone == 14 && second.new == 0)
    }

    @Test func endedInTheMiddleItAsksForNothingTwice() throws {
        let whole = try TemporaryFolder()
        _ = try Self.fetch(ScriptedService(), whole)
        for kills in [[1], [50], [99], [10, 20, 30], Array(repeating: 8, count: 9)] {
            let folder = try TemporaryFolder()
            let twice = try Self.askedTwice(killsAfter: kills, forgetful: false, folder)
            #expect(twice <= kills.count * Self.inFlight, "\(kills): \(twice)")
            #expect(try Self.snapshot(folder) == Self.snapshot(whole))
        }
    }

    /// The check above has to find a store that does not keep what it said.
    @Test func aStoreThatForgetsIsFound() throws {
        let folder = try TemporaryFolder()
        let kills = [60]
        let twice = try Self.askedTwice(killsAfter: kills, forgetful: true, folder)
        #expect(twice > kills.count * Self.inFlight, "\(twice)")
    }

    @Test func listsComeFromTheService() throws {
        let folder = try TemporaryFolder()
        var options = Self.options([])
        options.selection.popularPages = 3
        let service = ScriptedService()
        let report = try Self.fetch(service, folder, options)
        #expect(report.ids == 60 && report.documents == (20..<80).count { $0 % 7 > 0 })
        #expect(
            service.asked.prefix(3) == [
                .page(.popular, number: 1), .page(.popular, number: 2), .page(.popular, number: 3),
            ])
    }

    @Test func aFetchWithoutIDsLeavesNothing() throws {
        let folder = try TemporaryFolder()
        let report = try Self.fetch(ScriptedService(), folder, Self.options([]))
        #expect(report.ids == 0 && report.snapshot == nil)
        #expect(folder.names(in: "movies").isEmpty)
    }
}
