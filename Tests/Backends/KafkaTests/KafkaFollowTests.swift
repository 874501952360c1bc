import Domain
import Foundation
import KafkaTesting
import Servers
import TestSupport
import Testing

@testable import Kafka

/// Topics that are followed: what comes later, what appears, and what is made anew.
@Suite(.waits, .enabled(if: KafkaServer.isThere, "\(KafkaServer.whatToSet)"))
struct KafkaFollowTests {
    private static func topic(_ partitions: Int32 = 1) throws -> TestTopic {
        try TestTopic(at: KafkaServer.sharedAddress(), partitions: partitions)
    }

    private static func records(_ numbers: Range<Int>) -> [TestRecord] { numbers.map { TestRecord("{\"n\":\($0)}") } }
    private static func lines(_ numbers: Range<Int>) -> [String] { numbers.map { "{\"n\":\($0)}" } }

    @Test func whatComesLaterIsRead() throws {
        let topic = try Self.topic(2)
        try topic.send(Self.records(0..<5))
        let first = try TopicReading(topic, chunkBytes: 20, chunks: 1)
        let read = first.texts[0]?.count ?? 0
        let followed = try FollowedTopic(topic, known: first.known)
        defer { followed.close() }
        #expect(followed.wait { $0.texts == ["0": Self.lines(read..<5)] })
        try topic.send(Self.records(5..<7))
        try topic.send(Self.records(0..<2), partition: 1)
        #expect(followed.wait { $0.texts == ["0": Self.lines(read..<7), "1": Self.lines(0..<2)] })
        // Nothing was lost, and nothing is new.
        #expect(followed.now.lost == [] && followed.now.remarks == [] && followed.now.error == nil)
    }

    @Test func aNewPartitionIsReadFromItsBeginning() throws {
        let topic = try Self.topic()
        try topic.send(Self.records(0..<3))
        var options = SourceOptions()
        options.start = .latest
        let followed = try FollowedTopic(topic, options)
        defer { followed.close() }
        // Its position is stored although it has no record.
        #expect(followed.wait { $0.positions == ["0": 3] })
        try topic.grow(to: 2)
        try topic.send(Self.records(0..<2), partition: 1)
        try topic.send(Self.records(3..<4))
        #expect(followed.wait { $0.texts == ["0": Self.lines(3..<4), "1": Self.lines(0..<2)] }, "\(followed.now)")
        #expect(followed.now.remarks == ["it is a new partition, and is read from its beginning"])
    }

    @Test func whereAnUnknownTopicBegins() throws {
        let topic = try Self.topic(2)
        let (noon, evening): (Int64, Int64) = (1_700_000_000_000, 1_700_020_000_000)
        func record(_ number: Int, _ time: Int64) -> TestRecord { TestRecord("{\"n\":\(number)}", timestamp: time) }
        try topic.send([record(0, noon), record(1, evening), record(2, evening + 1)])
        try topic.send([record(0, noon)], partition: 1)
        func positions(_ start: SourceStart, known: [KnownSource] = []) throws -> [Int32: [String]] {
            var options = SourceOptions()
            options.start = start
            return try TopicReading(topic, known: known, options: options).texts
        }
        #expect(try positions(.earliest) == [0: Self.lines(0..<3), 1: Self.lines(0..<1)])
        #expect(try positions(.time(evening)) == [0: Self.lines(1..<3)])
        #expect(try positions(.time(evening + 2)) == [:] && positions(.latest) == [:])
        // A topic of which a partition is known has begun: what appears later is read from its beginning.
        let all = try TopicReading(topic)
        let known = all.known.filter { $0.mark.identity.key.hasSuffix("/0") }
        #expect(try positions(.latest, known: known) == [1: Self.lines(0..<1)])
    }

    @Test func markersAtTheEndMoveThePosition() throws {
        let topic = try Self.topic()
        let followed = try FollowedTopic(topic)
        defer { followed.close() }
        let producer = try TestProducer(topic.address, ["transactional.id": topic.name])
        try producer.begin()
        try producer.send(Self.records(0..<2), to: topic.name, partition: 0)
        try producer.commit()
        try producer.begin()
        try producer.send(Self.records(50..<53), to: topic.name, partition: 0)
        try producer.abort()
        #expect(followed.wait { $0.texts == ["0": Self.lines(0..<2)] && $0.positions == ["0": 7] }, "\(followed.now)")
    }

    @Test func linesThatExpireAreTold() throws {
        let topic = try Self.topic()
        try topic.send(Self.records(0..<4))
        let first = try TopicReading(topic)
        try topic.send(Self.records(4..<9))
        try topic.expire(before: 6)
        let followed = try FollowedTopic(topic, known: first.known)
        defer { followed.close() }
        #expect(followed.wait { $0.texts == ["0": Self.lines(6..<9)] && !$0.lost.isEmpty })
        #expect(followed.now.lost.first?.hasPrefix("at most 2 lines expired") == true)
    }

    /// How many records the topic has that replaces one of ten records.
    @Test(arguments: [3, 15]) func aTopicMadeAnewIsReadFromItsBeginning(_ count: Int) throws {
        let topic = try Self.topic()
        try topic.send(Self.records(0..<10))
        let followed = try FollowedTopic(topic)
        defer { followed.close() }
        #expect(followed.wait { $0.texts == ["0": Self.lines(0..<10)] })
        try topic.makeAnew()
        try topic.send(Self.records(100..<100 + count))
        #expect(
            followed.wait { $0.texts == ["0": Self.lines(0..<10), "0/2": Self.lines(100..<100 + count)] },
            "\(followed.now)")
        #expect(
            followed.now.lost.first?.contains("was deleted and made anew since it was read up to offset 10") == true)
        try topic.send(Self.records(200..<201))
        #expect(followed.wait { $0.texts["0/2"]?.last == "{\"n\":200}" } && followed.now.lost.count == 1)
    }

    /// A topic is made anew with fewer partitions, and grows again.
    @Test func aPartitionThatComesBackIsReadFromItsBeginning() throws {
        let topic = try Self.topic(2)
        try topic.send(Self.records(0..<3), partition: 1)
        let followed = try FollowedTopic(topic)
        defer { followed.close() }
        #expect(followed.wait { $0.texts == ["1": Self.lines(0..<3)] })
        try topic.makeAnew(partitions: 1)
        #expect(
            followed.wait { $0.lost.contains { $0.hasPrefix("the partition is not there any more") } },
            "\(followed.now)")
        try topic.grow(to: 2)
        try topic.send(Self.records(100..<105), partition: 1)
        #expect(followed.wait { $0.texts["1/2"] == Self.lines(100..<105) }, "\(followed.now)")
        #expect(followed.now.error == nil)
    }

    @Test func aTopicThatIsDeletedIsWaitedForAShortTime() throws {
        let topic = try Self.topic()
        try topic.send(Self.records(0..<1))
        let followed = try FollowedTopic(topic)
        defer { followed.close() }
        #expect(followed.wait { $0.texts["0"]?.count == 1 })
        try topic.delete()
        #expect(followed.wait { $0.isOver }, "\(followed.now)")
        #expect((followed.now.error as? KafkaError)?.problem == .unknownTopic, "\(followed.now)")
    }

    @Test func severalTopicsAreReadSideBySide() throws {
        let topics = try (0..<3).map { _ in try Self.topic() }
        for topic in topics { try topic.send(Self.records(0..<200)) }
        let locations = try topics.map { try KafkaLocation("kafka://\($0.address)/\($0.name)", environment: [:]) }
        let set = try KafkaSet(locations, port: .events, chunkBytes: 100)
        let source = try set.open(SourceRequest(clockDay: 0)) { _ in }
        var lines: [String: Int] = [:]
        while let chunk = try source.next() {
            lines[chunk.source.name, default: 0] += chunk.lines.count
            source.committed([(chunk.source, chunk.end)])
        }
        source.close()
        #expect(lines == Dictionary(uniqueKeysWithValues: topics.map { ("\($0.name)/0", 200) }))
        // A busy broker may be too slow for the group's offsets, which is told then.
        for topic in topics where !source.remarks.contains(where: { $0.name == topic.name }) {
            #expect(try topic.committed(by: "reelhouse") == 200)
        }
    }
}
