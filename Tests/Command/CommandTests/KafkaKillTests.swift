import Foundation
import KafkaTesting
import Servers
import TestSupport
import Testing

/// Exactly once, for the built command on topics: a loader that is killed at any moment and run again gives what a run
/// over the files gives that were published.
@Suite(.serialized, .waits, .enabled(if: KafkaServer.isThere, "\(KafkaServer.whatToSet)"))
struct KafkaKillTests {
    @Test(arguments: KafkaLoad.Kind.allCases.filter(\.isThere))
    func loadersThatAreKilledAreMadeGood(_ kind: KafkaLoad.Kind) throws {
        let input = try KafkaInput.shared.get()
        let most = LongTests.rounds(kind == .sqlite ? 5 : 3, long: 20)
        let start = ContinuousClock.now
        let undisturbed = try KafkaLoad(input, kind)
        try undisturbed.runToEnd()
        try undisturbed.expectWhole("without a kill")
        let seconds = Double((.now - start) / .milliseconds(1)) / 1000
        let kills = RandomKills(within: 0.01...seconds / 3)
        var series = 0
        while kills.count < most {
            series += 1
            try #require(series < 20, "too few of the runs could be killed: \(kills.count)")
            let load = try KafkaLoad(input, kind)
            let last = try kills.run(most: 12) {
                try load.start()
            } afterKill: {
                let faults = try load.faultsOfConservation()
                #expect(faults.isEmpty, "after \(kills.count) kills: \(faults)")
            }
            if let last { #expect(last.status == 0, "\(last.errors)") } else { try load.runToEnd() }
            try load.expectWhole("after \(kills.count) kills")
        }
        print("killed \(kills.count) loaders of topics at random moments, \(kind.rawValue), in \(series) series")
    }

    /// A defect of a loader, as what it would leave when it is killed.
    enum CarelessLoader: CaseIterable {
        /// It commits the position before the rows, and was killed in between.
        case positionBeforeRows
        /// It commits the position after the rows, and was killed in between.
        case positionAfterRows
        /// It takes the position from the group, for which a stranger has committed another one.
        case positionOfGroup
        /// It commits the counts of the run apart.
        case countsApart
        /// It forgets a rejected line.
        case rejectedDropped
    }

    /// The check of the test before has to find each.
    @Test(arguments: CarelessLoader.allCases)
    func whatACarelessLoaderWouldLeaveIsCaught(_ loader: CarelessLoader) throws {
        let input = try KafkaInput.shared.get()
        let group = "group-" + String(UInt64.random(in: .min ... .max), radix: 36)
        let load = try KafkaLoad(input, parameters: "?group.id=\(group)")
        let process = try load.start()
        let isLoading = load.wait(forLines: 9000, of: process)
        process.send(SIGKILL)
        try #require(isLoading && process.wait().isKilled)
        switch loader {
        case .positionBeforeRows:
            try load.change(
                "DELETE FROM fact_user_event WHERE event_id IN (SELECT event_id FROM fact_user_event LIMIT 50)"
            )
        case .positionAfterRows: try load.change("DELETE FROM load_checkpoint WHERE port = 'events'")
        case .positionOfGroup:
            let end = try input.events.bounds().upperBound
            // The loader may have read all of the partition by now.
            let position = try #require(try load.position(of: "\(input.events.name)/0"))
            try input.events.commit(position < end ? end : 0, by: group)
            let offset = try #require(try input.events.committed(by: group))
            try load.change(
                "UPDATE load_checkpoint SET position = '\(offset):0' WHERE source = '\(input.events.name)/0'")
        case .countsApart: try load.change("UPDATE load_run SET read = 0, accepted = 0, duplicates = 0, rejected = 0")
        case .rejectedDropped:
            try load.change(
                "DELETE FROM rejected_record WHERE rejected_id = (SELECT max(rejected_id) FROM rejected_record)")
        }
        let result = try load.start().wait()
        #expect(try result.status != 0 || !load.differences().isEmpty, "\(loader) went unnoticed")
    }

    /// A stranger subscribes with the loader's group, reads everything and commits its own offsets.
    @Test func aStrangerInTheGroupChangesNothing() throws {
        let input = try KafkaInput.shared.get()
        let group = "group-" + String(UInt64.random(in: .min ... .max), radix: 36)
        let load = try KafkaLoad(input, parameters: "?group.id=\(group)")
        let first = try load.start(commitLines: 100)
        #expect(load.wait(forLines: 1000, of: first))
        let stranger = try GroupSubscriber(input.events, group: group)
        _ = load.wait(forLines: 6000, of: first)
        first.send(SIGKILL)
        #expect(first.wait().isKilled)
        // The group is at the end of everything, or at the beginning, and the warehouse is at neither.
        for _ in 0..<200 where try input.events.committed(by: group) != input.events.bounds().upperBound {
            usleep(50_000)
        }
        let second = try load.start(commitLines: 100)
        _ = load.wait(forLines: 9000, of: second)
        second.send(SIGKILL)
        #expect(second.wait().isKilled)
        #expect(stranger.stop() > 0)
        for partition in 0..<3 { try input.events.commit(0, partition: Int32(partition), by: group) }
        try load.runToEnd()
        try load.expectWhole("with a stranger in the group")
    }
}
