import Domain
import Foundation
import Hashing
import KafkaTesting
import Servers
import TestSupport
import Testing

@testable import Kafka

/// Bounded batches of real topics: what is read, what is lost and told, and where they end.
@Suite(.waits, .enabled(if: KafkaServer.isThere, "\(KafkaServer.whatToSet)"))
struct KafkaReadingTests {
    private static func topic(_ partitions: Int32 = 1, _ settings: [String: String] = [:]) throws -> TestTopic {
        try TestTopic(at: KafkaServer.sharedAddress(), partitions: partitions, settings: settings)
    }

    private static func records(_ numbers: Range<Int>) -> [TestRecord] { numbers.map { TestRecord("{\"n\":\($0)}") } }
    private static func lines(_ numbers: Range<Int>) -> [String] { numbers.map { "{\"n\":\($0)}" } }

    @Test func aBatchGoesOnWhereTheOneBeforeEnded() throws {
        let topic = try Self.topic(2)
        try topic.send(Self.records(0..<5), partition: 0)
        let first = try TopicReading(topic)
        #expect(first.texts == [0: Self.lines(0..<5)] && first.offsets == [0: [0, 1, 2, 3, 4]])
        #expect(first.positions == ["0": 5, "1": 0] && first.lost == [] && first.remarks == [])
        #expect(try TopicReading(topic, known: first.known).texts == [:])
        try topic.send(Self.records(5..<7), partition: 0)
        try topic.send(Self.records(0..<1), partition: 1)
        let second = try TopicReading(topic, known: first.known)
        #expect(second.texts == [0: Self.lines(5..<7), 1: Self.lines(0..<1)])
        // A partition that appears later begins at its beginning.
        try topic.grow(to: 3)
        try topic.send(Self.records(0..<2), partition: 2)
        let third = try TopicReading(topic, known: second.known)
        #expect(third.texts == [2: Self.lines(0..<2)] && third.positions == ["0": 7, "1": 1, "2": 2])
        let again = try TopicReading(
            topic, request: SourceRequest(clockDay: 0, isReload: true), known: third.known)
        #expect(again.texts == [0: Self.lines(0..<7), 1: Self.lines(0..<1), 2: Self.lines(0..<2)])
    }

    @Test func whatExpiredBeforeItWasReadIsToldAndCounted() throws {
        let topic = try Self.topic()
        try topic.send(Self.records(0..<20))
        try topic.expire(before: 3)
        // A first reading loses nothing: it begins at the beginning.
        let first = try TopicReading(topic)
        #expect(first.texts == [0: Self.lines(3..<20)] && first.lost == [])
        try topic.send(Self.records(20..<40))
        try topic.expire(before: 25)
        let second = try TopicReading(topic, known: first.known)
        #expect(second.texts == [0: Self.lines(25..<40)] && second.positions == ["0": 40])
        #expect(second.lost.count == 1)
        #expect(
            second.lost.first?.hasPrefix(
                "\(topic.name)/0: at most 5 lines expired before they were read (offsets 20 to 24)") == true)
        #expect(try TopicReading(topic, known: second.known).lost == [])
        // All of it, so that no record comes.
        try topic.send(Self.records(40..<41))
        try topic.expire(before: 41)
        let third = try TopicReading(topic, known: second.known)
        #expect(third.texts == [:] && third.positions == ["0": 41])
        #expect(third.lost.first?.contains("at most 1 line expired before they were read (offset 40)") == true)
        // Asked to, it reads all that there is, and nothing of that is lost.
        try topic.send(Self.records(41..<42))
        let again = try TopicReading(
            topic, request: SourceRequest(clockDay: 0, isReload: true), known: third.known)
        #expect(again.texts == [0: Self.lines(41..<42)] && again.lost == [])
    }

    /// How many records the topic of the same name has that replaces one of ten records.
    @Test(arguments: [0, 4, 10, 15]) func aTopicMadeAnewIsReadFromItsBeginningAndTold(_ count: Int) throws {
        let topic = try Self.topic()
        try topic.send(Self.records(0..<10))
        let first = try TopicReading(topic)
        try topic.makeAnew()
        try topic.send(Self.records(100..<100 + count))
        let second = try TopicReading(topic, known: first.known)
        #expect(second.texts[0] ?? [] == Self.lines(100..<100 + count))
        #expect(second.positions == ["0": 10, "0/2": Int64(count)])
        #expect(second.lost.count == 1)
        #expect(second.lost.first?.contains("was deleted and made anew since it was read up to offset 10") == true)
        try topic.send(Self.records(200..<201))
        let third = try TopicReading(topic, known: second.known)
        #expect(third.texts == [0: Self.lines(200..<201)] && third.lost == [])
    }

    @Test func transactions() throws {
        let topic = try Self.topic()
        let producer = try TestProducer(topic.address, ["transactional.id": topic.name])
        func transaction(_ numbers: Range<Int>) throws {
            try producer.begin()
            try producer.send(Self.records(numbers), to: topic.name, partition: 0)
        }
        try transaction(0..<2)
        try producer.commit()
        try transaction(50..<53)
        try producer.abort()
        let end = try topic.endAfterMarker(7)
        // The last offsets are aborted records and a marker.
        let first = try TopicReading(topic)
        #expect(first.texts == [0: Self.lines(0..<2)] && first.positions == ["0": end] && first.remarks == [])
        try transaction(2..<4)
        try topic.send(Self.records(4..<6))
        let held = try TopicReading(topic, known: first.known)
        #expect(held.texts == [:] && held.positions == ["0": end] && held.lost == [])
        #expect(
            held.remarks.first?.hasPrefix(
                "\(topic.name)/0: an open transaction holds back the records from offset \(end) to \(end + 3)") == true)
        try producer.commit()
        _ = try topic.endAfterMarker(end + 5)
        let last = try TopicReading(topic, known: held.known)
        #expect(last.texts == [0: Self.lines(2..<6)] && last.remarks == [])
    }

    @Test(arguments: ["none", "gzip", "snappy", "lz4", "zstd"]) func everyCodec(_ codec: String) throws {
        let topic = try Self.topic()
        let producer = try TestProducer(topic.address, ["compression.type": codec, "linger.ms": "50"])
        try producer.send(Self.records(0..<3000), to: topic.name, partition: 0)
        // Chunks end in the middle of batches.
        let reading = try TopicReading(topic, chunkBytes: 5000)
        #expect(reading.texts == [0: Self.lines(0..<3000)])
        let part = try TopicReading(topic, chunkBytes: 5000, chunks: 2)
        let rest = try TopicReading(topic, known: part.known)
        #expect((part.texts[0] ?? []) + (rest.texts[0] ?? []) == Self.lines(0..<3000) && rest.lost == [])
    }

    @Test func tombstonesAndBlankMessagesHaveNoLine() throws {
        let topic = try Self.topic()
        let values: [[UInt8]?] = [
            Array("a".utf8), nil, [], Array(" \t\r\n".utf8), Array("\u{FEFF}b\r\n".utf8), Array("c\nd\n".utf8),
            [0xEF, 0xBB, 0xBF], nil,
        ]
        try topic.send(values.map { TestRecord($0, key: "k") })
        let reading = try TopicReading(topic)
        #expect(reading.texts == [0: ["a", "b", "c\nd"]] && reading.offsets == [0: [0, 4, 5]])
        #expect(reading.positions == ["0": 8])
        #expect(try TopicReading(topic, known: reading.known).remarks == [])
    }

    @Test func aMessageOfTwentyMegabytesIsALongLine() throws {
        let topic = try Self.topic(1, ["max.message.bytes": "30000000"])
        var long = [UInt8](repeating: UInt8(ascii: "x"), count: 20 << 20)
        long[long.count - 1] = UInt8(ascii: "y")
        try topic.send([TestRecord("a"), TestRecord(long), TestRecord("b")])
        let reading = try TopicReading(topic)
        #expect(reading.offsets == [0: [0, 1, 2]] && reading.texts[0]?.last == "b")
        let hash = long.withUnsafeBytes { Digest.sha256($0) }.hexadecimal
        #expect(reading.notes == [.tooLong(length: 20 << 20, sha256: hash)])
    }

    @Test func snapshotDatesComeFromTheHeaderOrTheTimestamp() throws {
        let topic = try Self.topic()
        let time: Int64 = 20_000 * 86_400_000 + 86_399_999
        func record(_ dates: String...) -> TestRecord {
            TestRecord([1], timestamp: time, headers: dates.map { ("snapshot_date", Array($0.utf8)) })
        }
        try topic.send([
            record(), record("1970-01-11"), record("1970-01-11", "1970-01-12"), record("soon"), record(""),
            TestRecord([1], timestamp: time, headers: [("snapshot_date", nil)]),
        ])
        #expect(try TopicReading(topic, port: .movies).days == [20_000, 10, 11, 20_000, 20_000, 20_000])
        let given = SourceRequest(snapshotDay: 5, clockDay: 99)
        #expect(try TopicReading(topic, port: .movies, request: given).days == [5, 5, 5, 5, 5, 5])
    }

    @Test func theGroupHasTheOffsetsOfTheCommits() throws {
        let topic = try Self.topic()
        try topic.send(Self.records(0..<30))
        _ = try TopicReading(topic)
        #expect(try topic.committed(by: "reelhouse") == 30)
        let other = try TopicReading(topic, "?group.id=other", chunkBytes: 50, chunks: 1)
        #expect(try topic.committed(by: "other") == other.positions["0"])
        // They are never read back.
        #expect(try TopicReading(topic).texts[0]?.count == 30)
    }

    @Test func recordsThatExpireWhileTheyAreReadAreTold() throws {
        let topic = try Self.topic()
        // Small batches, and a client that has few of them ready.
        for first in stride(from: 0, to: 600, by: 20) { try topic.send(Self.records(first..<first + 20)) }
        let reading = try TopicReading(
            topic, "?queued.min.messages=1&queued.max.messages.kbytes=1&fetch.message.max.bytes=200", chunkBytes: 50
        ) { count in if count == 3 { try topic.expire(before: 590) } }
        let lines = try #require(reading.texts[0])
        #expect(lines.suffix(10) == Self.lines(590..<600)[...] && lines.count < 590, "\(lines.count)")
        let known = lines.count - 10
        #expect(lines.prefix(known) == Self.lines(0..<known)[...])
        #expect(
            reading.lost.first?.contains(
                "at most \(590 - known) lines expired before they were read (offsets \(known) to 589)") == true)
        #expect(reading.positions == ["0": 600])
    }

    @Test func aReadingOfAHundredPartitionsEnds() throws {
        let topic = try Self.topic(100)
        for partition in stride(from: Int32(0), to: 100, by: 9) {
            try topic.send(Self.records(0..<20), partition: partition)
        }
        let reading = try TopicReading(topic)
        #expect(reading.texts.count == 12 && reading.texts.values.allSatisfy { $0 == Self.lines(0..<20) })
        #expect(try TopicReading(topic, known: reading.known).texts == [:])
    }

    @Test(.enabled(if: KafkaServer.canStart, "\(KafkaServer.whatToInstall)"))
    func anotherAddressOfTheClusterGoesOnAtTheSamePosition() throws {
        let server = try KafkaServer.shared()
        let topic = try TestTopic(at: server.address)
        try topic.send(Self.records(0..<5))
        let first = try TopicReading(topic)
        let parameters =
            "?security.protocol=sasl_plaintext&sasl.mechanisms=PLAIN&sasl.username=\(KafkaServer.user)"
            + "&sasl.password=\(KafkaServer.password)"
        #expect(
            try TopicReading(topic, at: server.passwordAddress, parameters, known: first.known).texts == [:])
    }
}

extension TestTopic {
    /// The end of the partition 0, once the marker of a transaction before an offset is written.
    fileprivate func endAfterMarker(_ offset: Int64) throws -> Int64 {
        for _ in 0..<100 where try bounds().upperBound < offset { usleep(50_000) }
        // The broker tells of the last stable offset a moment later.
        usleep(300_000)
        return try bounds().upperBound
    }
}
