import Foundation
import MongoTesting
import Servers
import TestSupport
import Testing

/// The loader and the MongoDB server are killed (SIGKILL) at any moment; run again, the warehouse, its counts and every
/// document of the raw store are those of a run that nothing disturbed.
@Suite(.serialized, .waits) struct MongoKillTests {
    @Test(.enabled(if: MongoServer.isThere, "\(MongoServer.whatToSet)"))
    func loadersThatAreKilledAreMadeGood() throws {
        let most = LongTests.rounds(2, long: 20)
        let start = ContinuousClock.now
        let undisturbed = try MongoLoad()
        try #expect(undisturbed.start().wait().status == 0)
        let seconds = Double((.now - start) / .milliseconds(1)) / 1000
        try undisturbed.expectWhole("without a kill")
        let kills = RandomKills(within: 0.02...seconds / 3)
        var series = 0
        while kills.count < most {
            series += 1
            try #require(series < 20, "too few of the runs could be killed: \(kills.count)")
            let load = try MongoLoad()
            let last = try kills.run(most: 10) {
                try load.start()
            } afterKill: {
                let faults = try load.faults()
                #expect(faults.isEmpty, "after \(kills.count) kills: \(faults)")
            }
            if let last { #expect(last.status == 0, "\(last.errors)") } else { try load.runToEnd() }
            try load.expectWhole("after \(kills.count) kills")
        }
        print("killed \(kills.count) loaders with documents from and in MongoDB, in \(series) series")
    }

    /// Killed again and again after the collection was read to its end, its documents count once. The run after that reads
    /// them anew.
    @Test(.enabled(if: MongoServer.isThere, "\(MongoServer.whatToSet)"))
    func aCollectionThatWasReadToItsEndBeforeAKillCountsOnce() throws {
        let load = try MongoLoad()
        var kills = 0
        while kills < 3 {
            let process = try load.start(commitLines: 40)
            let before = try load.lastRun()
            // A run shows by its row that it has committed something of what comes after the collection.
            let isAmongEvents = load.wait(for: process) {
                try load.collectionReading()?.isComplete == true && load.lastRun() > before
            }
            process.send(SIGKILL)
            try #require(isAmongEvents && process.wait().isKilled, "killed \(kills) times")
            kills += 1
            #expect(try load.faults().isEmpty)
            #expect(try load.collectionReading()?.lastRun == 1, "after \(kills) kills")
        }
        let result = try load.start(commitLines: 300, isQuiet: false).wait()
        #expect(result.status == 0, "\(result.errors)")
        let text = result.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(text.contains("this run makes up for run 1, which had read it to its end"), "\(result.output)")
        try load.expectWhole("after \(kills) kills behind the collection")
        let lines = load.committedLines()
        try load.runToEnd()
        #expect(try load.collectionReading()?.lastRun == load.lastRun())
        #expect(load.committedLines() > lines, "the documents did not count again")
    }

    /// The server is killed at a random moment of the load, and started again while the loader waits or has given up.
    @Test(.enabled(if: MongoServer.canStart, "\(MongoServer.whatToInstall)"))
    func serversThatAreKilledAreMadeGood() throws {
        try MongoServer.toleratingLostFiles { try killServers() }
    }

    private func killServers() throws {
        let server = try MongoServer()
        let most = LongTests.rounds(2, long: 20)
        var (kills, ends, series) = (0, 0, 0)
        while kills < most {
            series += 1
            try #require(series < 20, "the server was killed \(kills) times")
            let load = try MongoLoad(server, parameters: "serverSelectionTimeoutMS=1500")
            var status: Int32 = -1
            while status != 0, kills < most {
                let process = try load.start(commitLines: 40)
                // The greater half of the moments is in the middle of the work.
                if Bool.random() {
                    _ = load.wait(forLines: load.committedLines() + .random(in: 1...400), of: process)
                }
                Thread.sleep(forTimeInterval: .random(in: 0...0.4))
                let isInTime = process.isRunning
                server.kill()
                if isInTime { kills += 1 }
                // Sometimes it is back before the loader has given up.
                if Bool.random() { while process.isRunning { usleep(5000) } }
                try server.start()
                let result = process.wait()
                status = result.status
                #expect([0, 5].contains(status), "\(result.errors)")
                if status == 5 {
                    ends += 1
                    #expect(result.errors.contains("mongodb://127.0.0.1"), "\(result.errors)")
                }
                let faults = try load.faults()
                #expect(faults.isEmpty, "after \(kills) kills: \(faults)")
            }
            // After one that completed, the next run would read the collection anew.
            if status != 0 { try load.runToEnd() }
            try load.expectWhole("after \(kills) kills of the server")
        }
        print("killed the MongoDB server \(kills) times in mid-load, which ended \(ends) runs, in \(series) series")
    }

    /// A defect of a loader or a raw store, as what it would leave when it is killed.
    enum Careless: CaseIterable {
        /// The rows were committed before the raw store had the documents, or its flush did not wait for the server.
        case commitBeforeFlush
        /// The same with the comments.
        case commentsAfterCommit
        /// An older document replaced one of greater rank.
        case rankNotCompared
        /// A document is not the one that was put, although it has its rank.
        case otherBytes
        /// The position was committed after the rows.
        case positionAfterRows
        /// The counts of the run were committed apart.
        case countsApart
    }

    /// The checks of the tests before have to find each.
    @Test(.enabled(if: MongoServer.isThere, "\(MongoServer.whatToSet)"), arguments: Careless.allCases)
    func whatACarelessProgramWouldLeaveIsCaught(_ defect: Careless) throws {
        let load = try MongoLoad()
        let process = try load.start()
        let isLoading = load.wait(forLines: 1500, of: process)
        process.send(SIGKILL)
        try #require(isLoading && process.wait().isKilled)
        #expect(try load.faults().isEmpty)
        let movie = try #require(try load.database().rows("SELECT max(movie_id) FROM movies").first)
        func change(_ statement: String) throws { try Database.change(path: load.folder.path("w.db"), statement) }
        func update(_ fields: String) throws {
            let answer = try load.raw.mongo.run(
                "{\"update\": \"raw_movies\", \"updates\": [{\"q\": {\"_id\": \(movie)}, \"u\": {\"$set\": {\(fields)}}}]}",
                on: load.raw.name)
            try #require(answer.contains("\"nModified\" : 1"), "\(answer)")
        }
        switch defect {
        case .commitBeforeFlush:
            try load.raw.mongo.run(
                "{\"delete\": \"raw_movies\", \"deletes\": [{\"q\": {\"_id\": {\"$gte\": \(movie)}}, \"limit\": 0}]}",
                on: load.raw.name)
            #expect(try load.faults().contains("no document of movie \(movie)"))
        case .commentsAfterCommit:
            try load.runToEnd()
            try load.raw.mongo.run(
                #"{"delete": "user_comments", "deletes": [{"q": {}, "limit": 1}]}"#, on: load.raw.name)
            #expect(try load.faults().contains { $0.hasPrefix("no comment comments/") })
        case .rankNotCompared:
            try update(#""rank": {"$binary": {"base64": "\#(Self.leastRank)", "subType": "00"}}"#)
        case .otherBytes: try update(#""document.title": "Another""#)
        case .positionAfterRows: try change("DELETE FROM load_checkpoint WHERE port = 'events'")
        case .countsApart: try change("UPDATE load_run SET read = 0, accepted = 0, duplicates = 0, rejected = 0")
        }
        let result = try load.start().wait()
        #expect(try result.status != 0 || !load.differences().isEmpty, "\(defect) went unnoticed")
    }

    /// The rank of a document without title and votes.
    private static let leastRank = Data([0, 128] + [UInt8](repeating: 0, count: 44)).base64EncodedString()
}
