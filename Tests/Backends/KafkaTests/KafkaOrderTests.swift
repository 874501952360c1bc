import Foundation
import KafkaTesting
import Servers
import TestSupport
import Testing

@testable import Kafka

/// In which order the records of several partitions come.
@Suite(.serialized, .waits, .enabled(if: KafkaServer.isThere, "\(KafkaServer.whatToSet)"))
struct KafkaOrderTests {
    /// Sends records with numbers from 0, each a millisecond after the one before and in the next partition.
    private static func topic(partitions: Int, records: Int) throws -> TestTopic {
        let topic = try TestTopic(at: KafkaServer.sharedAddress(), partitions: Int32(partitions))
        for partition in 0..<partitions {
            let numbers = stride(from: partition, to: records, by: partitions)
            let own = numbers.map { TestRecord("{\"n\":\($0)}", timestamp: 1_700_000_000_000 + Int64($0)) }
            try topic.send(own, partition: Int32(partition))
        }
        return topic
    }

    /// By how much records came too late, as the most of what is left when the worst tenth is left out. A record is late
    /// by the difference of its number from the greatest one before it.
    private static func lateness(_ reading: TopicReading) -> Int {
        var (greatest, late): (Int, [Int]) = (0, [])
        for text in reading.inOrder {
            let number = Int(text.dropFirst(5).dropLast()) ?? -1
            late.append(max(0, greatest - number))
            greatest = max(greatest, number)
        }
        return late.sorted()[late.count * 9 / 10]
    }

    private static func expectWhole(_ reading: TopicReading, partitions: Int, records: Int) {
        for partition in 0..<partitions {
            let numbers = stride(from: partition, to: records, by: partitions)
            #expect(reading.texts[Int32(partition)] == numbers.map { "{\"n\":\($0)}" })
        }
        #expect(reading.lost == [] && reading.remarks == [])
    }

    /// With three partitions, and with as many as have queues of their own.
    @Test(.enabled(if: LongTests.areOn, "\(LongTests.whatToSet)"), arguments: [3, PartitionQueues.most])
    func partitionsComeInStep(_ partitions: Int) throws {
        let records = 24_000
        let topic = try Self.topic(partitions: partitions, records: records)
        // A turn is of about 77 records, and the other partitions have theirs before it comes round. On a busy machine a
        // broker's answer may take longer than it is waited for.
        let most = partitions * 200
        var late = Int.max
        for _ in 0..<3 where late >= most {
            let start = ContinuousClock.now
            let reading = try TopicReading(topic, chunkBytes: 1000)
            print("\(partitions) partitions were read in step in \(ContinuousClock.now - start)")
            Self.expectWhole(reading, partitions: partitions, records: records)
            late = min(late, Self.lateness(reading))
        }
        #expect(late < most, "\(late) records late, of \(records)")
    }

    /// More partitions share one queue, so that records come as they were fetched.
    @Test func morePartitionsComeWholeAndEachInOrder() throws {
        let partitions = PartitionQueues.most + 1
        let topic = try Self.topic(partitions: partitions, records: 24_000)
        let reading = try TopicReading(topic, chunkBytes: 1000)
        Self.expectWhole(reading, partitions: partitions, records: 24_000)
        print("with \(partitions) partitions records come late by \(Self.lateness(reading)) of 24,000")
    }

    /// Records without a value have neither a line nor bytes.
    @Test func aPartitionOfNothingButTombstones() throws {
        let topic = try TestTopic(at: KafkaServer.sharedAddress(), partitions: 2)
        try topic.send((0..<40_000).map { _ in TestRecord(nil, key: "k") })
        try topic.send((0..<10).map { TestRecord("{\"n\":\($0)}") }, partition: 1)
        let reading = try TopicReading(topic)
        #expect(reading.texts == [1: (0..<10).map { "{\"n\":\($0)}" }])
        #expect(reading.positions == ["0": 40_000, "1": 10] && reading.lost == [])
    }
}
