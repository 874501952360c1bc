import Domain
import Fixtures
import Servers
import TestSupport
import Testing

/// The lines of topics give the same warehouse as those of files.
@Suite(.waits, .enabled(if: KafkaServer.isThere, "\(KafkaServer.whatToSet)"))
struct KafkaLawTests {
    @Test(arguments: LawInput.Kind.allCases, Warehouses.present)
    func digestsAreThoseOfFiles(_ kind: LawInput.Kind, _ warehouse: WarehouseKind) throws {
        let lines = try LawInput(kind, seed: 71)
        let files = try LawWarehouse(.sqlite)
        let published = try PublishedInput(lines, .files)
        let expected = try files.run(movies: published.movies, events: published.events)
        let topics = try PublishedInput(lines, .kafka, movieParts: 2, eventParts: 3)
        let loaded = try LawWarehouse(warehouse)
        let report = try loaded.run(movies: topics.movies, events: topics.events, sizes: .small)
        #expect(
            report.run.counts.areConserved && report.run.counts.read == expected.run.counts.read, "\(report.run.counts)"
        )
        #expect(try loaded.digest() == files.digest())
        #expect(report.rejectedByRule == expected.rejectedByRule)
        #expect(report.sources.map(\.name) == topics.movies.names + topics.events.names)
        #expect(report.sources.allSatisfy { $0.state == .complete } && report.lost == [] && report.remarks == [])
        let state = try loaded.state()
        let again = try loaded.run(movies: topics.movies, events: topics.events)
        #expect(again.run.counts == LineCounts())
        #expect(try loaded.state() == state)
    }

    @Test func rejectedLinesHavePartitionAndOffsetAndAreTriedAgain() throws {
        let fixture = try SourceKind.kafka.make()
        let good = SourceLine(#"{"event_type":"click","event_time":"2026-01-02T03:04:05Z","user_id":1,"movie_id":1}"#)
        let topic = try fixture.publish([[good, SourceLine("poison"), good]], port: .events, named: "poison")
        let warehouse = try LawWarehouse(.sqlite)
        let report = try warehouse.run(events: topic)
        #expect(report.run.counts.read == 3 && report.run.counts.rejected == 1)
        let rows = try warehouse.rows("SELECT source || ' ' || line || ' ' || rule FROM rejected_record")
        #expect(rows == ["\(topic.names[0]) 1 malformed_json"])
    }
}
