import Domain
import Testing

@testable import Kafka

/// From where a partition is read, what becomes of its records, and when its reading ends.
@Suite struct PartitionProgressTests {
    /// What happens to a reading, and what is expected then.
    enum Event: Sendable {
        /// A record of an offset comes, with its own timestamp as proof, and this becomes of it.
        case record(Int64, PartitionProgress.Step)
        /// The same, but it is another record than before.
        case other(Int64, PartitionProgress.Step)
        /// A broker says that there is nothing before an offset.
        case end(Int64)
        /// The log begins at an offset.
        case expiry(Int64)
        /// The log may be another one: records are fetched again from this offset on.
        case doubt(Int64?)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        /// Next offset, beginning and offset of the proof; nil where there is none.
        var stored: (next: Int64, beginning: Int64, proof: Int64?)?
        /// Beginning, end of the committed records, end.
        var bounds: (Int64, Int64, Int64)
        /// From where records are fetched at first.
        var first: Int64?
        var events: [Event] = []
        /// The next offset afterwards; nil where the log is another one.
        var next: Int64?
        var isDone = true
        var lost: (Int64, Int64)?
        var isUnproven = false
        var isFollowed = false
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "a new partition, empty", bounds: (0, 0, 0), first: nil, next: 0),
        Case(name: "all of it expired", bounds: (7, 7, 7), first: nil, next: 7),
        Case(
            name: "a new partition begins at its beginning", bounds: (3, 6, 6), first: 3,
            events: [.record(3, .take), .record(4, .take), .record(5, .take)], next: 6),
        Case(
            name: "not to the end yet", bounds: (0, 3, 3), first: 0, events: [.record(0, .take), .record(1, .take)],
            next: 2, isDone: false),
        Case(
            name: "gaps at the end are ended by the broker", bounds: (0, 5, 5), first: 0,
            events: [.record(0, .take), .record(2, .take), .end(5)], next: 5),
        Case(
            name: "an end before the one that was seen says nothing", bounds: (0, 5, 5), first: 0,
            events: [.record(0, .take), .end(4)], next: 1, isDone: false),
        Case(
            name: "an end after the one that was seen", bounds: (0, 5, 5), first: 0,
            events: [.record(0, .take), .end(9)],
            next: 9),
        Case(
            name: "gaps at the end are ended by a later record", bounds: (0, 5, 5), first: 0,
            events: [.record(0, .take), .record(6, .leave), .record(7, .leave), .end(8)], next: 5),
        Case(
            name: "nothing but gaps", bounds: (0, 5, 5), first: 0, events: [.end(5)], next: 5),
        Case(
            name: "an open transaction holds back", bounds: (0, 2, 6), first: 0,
            events: [.record(0, .take), .record(1, .take)], next: 2),
        Case(
            name: "it goes on after the record that proves the log", stored: (4, 0, 3), bounds: (0, 6, 6), first: 3,
            events: [.record(3, .skip), .record(4, .take), .record(5, .take)], next: 6),
        Case(
            name: "nothing new, and proven", stored: (4, 0, 3), bounds: (0, 4, 4), first: 3,
            events: [.record(3, .skip)], next: 4),
        Case(
            name: "nothing new, behind markers", stored: (6, 0, 3), bounds: (0, 6, 6), first: 3,
            events: [.record(3, .skip)], next: 6),
        Case(
            name: "another record at the offset", stored: (4, 0, 3), bounds: (0, 9, 9), first: 3,
            events: [.other(3, .replaced)], next: nil, isDone: false),
        Case(
            name: "the record was compacted away", stored: (4, 0, 3), bounds: (0, 6, 6), first: 3,
            events: [.record(5, .take)], next: 6, isUnproven: true),
        Case(
            name: "the record was compacted away, and nothing is new", stored: (4, 0, 3), bounds: (0, 4, 4), first: 3,
            events: [.end(4)], next: 4, isUnproven: true),
        Case(
            name: "the record was compacted away, and what follows is later than the end", stored: (4, 0, 3),
            bounds: (0, 4, 4), first: 3, events: [.record(5, .leave)], next: 4, isUnproven: true),
        Case(name: "the log is shorter", stored: (4, 0, 3), bounds: (0, 3, 3), first: 4, next: nil, isDone: false),
        Case(
            name: "the log begins earlier", stored: (9, 5, 8), bounds: (4, 20, 20), first: 9, next: nil, isDone: false),
        Case(
            name: "the record of the proof expired, nothing else", stored: (4, 0, 3), bounds: (4, 6, 6), first: 4,
            events: [.record(4, .take), .record(5, .take)], next: 6),
        Case(
            name: "records expired before they were read", stored: (4, 0, 3), bounds: (10, 12, 12), first: 10,
            events: [.record(10, .take), .record(11, .take)], next: 12, lost: (4, 9)),
        Case(
            name: "all records expired before they were read", stored: (4, 0, 3), bounds: (12, 12, 12), first: nil,
            next: 12, lost: (4, 11)),
        Case(
            name: "records expire while it is read", bounds: (0, 9, 9), first: 0,
            events: [.record(0, .take), .expiry(5), .record(5, .take), .end(9)], next: 9, lost: (1, 4)),
        Case(
            name: "all of them expire while it is read", bounds: (0, 9, 9), first: 0,
            events: [.record(0, .take), .expiry(11)], next: 11, lost: (1, 10)),
        Case(
            name: "expiry of what was read loses nothing", bounds: (0, 9, 9), first: 0,
            events: [.record(0, .take), .record(1, .take), .expiry(2), .end(9)], next: 9),
        Case(
            name: "a record that comes twice", bounds: (0, 2, 2), first: 0,
            events: [.record(0, .take), .record(0, .skip), .record(1, .take), .record(1, .leave)], next: 2),
        followed("an empty one is waited for", bounds: (0, 0, 0), first: 0, events: [.end(0)], next: 0),
        followed(
            "it goes on behind the end of the start", bounds: (0, 1, 1), first: 0,
            events: [.record(0, .take), .end(1), .record(1, .take), .record(7, .take)], next: 8),
        followed(
            "markers at the end are passed", stored: (4, 0, 3), bounds: (0, 6, 6), first: 3,
            events: [.record(3, .skip), .end(6), .record(6, .take), .end(9), .end(9)], next: 9),
        followed(
            "the record was compacted away, and nothing follows", stored: (4, 0, 3), bounds: (0, 6, 6), first: 3,
            events: [.end(6)], next: 6, isUnproven: true),
        followed(
            "an end before the record that proves the log says nothing", stored: (4, 0, 3), bounds: (0, 6, 6), first: 3,
            events: [.end(3), .record(3, .skip), .record(4, .take)], next: 5),
        followed(
            "after an outage the log is the same", stored: (4, 0, 3), bounds: (0, 4, 4), first: 3,
            events: [.record(3, .skip), .doubt(3), .record(3, .skip), .record(4, .take)], next: 5),
        followed(
            "after an outage the log is another one", stored: (4, 0, 3), bounds: (0, 4, 4), first: 3,
            events: [.record(3, .skip), .doubt(3), .other(3, .replaced)], next: nil),
        followed(
            "nothing shows whether a log is the same of which nothing was read", bounds: (0, 0, 0), first: 0,
            events: [.doubt(0), .record(0, .take)], next: 1),
    ]

    private static func followed(
        _ name: String, stored: (next: Int64, beginning: Int64, proof: Int64?)? = nil, bounds: (Int64, Int64, Int64),
        first: Int64?, events: [Event], next: Int64?, isUnproven: Bool = false
    ) -> Case {
        Case(
            name: "followed: " + name, stored: stored, bounds: bounds, first: first, events: events, next: next,
            isDone: false, isUnproven: isUnproven, isFollowed: true)
    }

    private static func proof(_ offset: Int64) -> RecordProof {
        RecordProof(offset: offset, timestamp: offset, hash: 1)
    }

    @Test(arguments: cases) func course(_ example: Case) {
        let position = example.stored.map {
            PartitionPosition(next: $0.next, beginning: $0.beginning, proof: $0.proof.map(Self.proof))
        }
        let bounds = PartitionBounds(
            beginning: example.bounds.0, stableEnd: example.bounds.1, end: example.bounds.2)
        var progress = PartitionProgress(position: position, bounds: bounds, isFollowed: example.isFollowed)
        #expect(progress.firstOffset == example.first)
        for event in example.events {
            switch event {
            case .record(let offset, let step):
                #expect(progress.receive(offset) { Self.proof(offset) } == step, "\(offset)")
            case .other(let offset, let step):
                #expect(
                    progress.receive(offset) { RecordProof(offset: offset, timestamp: offset, hash: 2) } == step)
            case .end(let offset): progress.reachedEnd(at: offset)
            case .expiry(let offset): progress.lose(before: offset)
            case .doubt(let first):
                progress.proveAgain()
                #expect(progress.firstOffset == first)
            }
        }
        #expect(progress.isReplaced == (example.next == nil))
        if let next = example.next { #expect(progress.position.next == next) }
        #expect(progress.isDone == example.isDone)
        #expect(progress.isUnproven == example.isUnproven)
        let loss = progress.takeLoss()
        #expect(loss == example.lost.map { PartitionProgress.Loss(first: $0.0, last: $0.1) })
        #expect(progress.takeLoss() == nil)
    }

    @Test func positionsAreStoredAsText() throws {
        let proof = RecordProof(offset: 57, timestamp: -1, hash: 0xc8f2_0a13_b9d4_e677)
        for position in [
            PartitionPosition(next: 58, beginning: 40, proof: proof), PartitionPosition(next: 0, beginning: 0),
        ] {
            let text = position.stored.text
            #expect(PartitionPosition(try #require(SourcePosition(text: text))) == position, "\(text)")
        }
        #expect(PartitionPosition(next: 58, beginning: 40, proof: proof).stored.text == "58:40,57,-1,c8f20a13b9d4e677")
        for detail in ["", "x", "1,2", "1,2,3,zz", "1,2,3,4,5"] {
            #expect(PartitionPosition(SourcePosition(order: 9, detail: detail)).proof == nil)
        }
    }

    @Test func keysTellPartitionsAndLogsApart() {
        let key = PartitionKey(cluster: "MkU3OEVBNTcwNTJENDM2Qk", topic: "user_logs", number: 12)
        #expect(key.text == "kafka:MkU3OEVBNTcwNTJENDM2Qk/user_logs/12" && key.name == "user_logs/12")
        #expect(key.successor.text == key.text + "/2" && key.successor.successor.generation == 3)
        for each in [key, key.successor] {
            #expect(PartitionKey(each.text) == each)
            #expect(each.first == key)
        }
        for text in ["sha256:00", "kafka:a/b", "kafka:a/b/c", "kafka:a/b/1/x", "kafka:a/b/1/2/3", "a/b/1"] {
            #expect(PartitionKey(text) == nil, "\(text)")
        }
    }
}
