import Testing

@testable import Pipeline

@Suite struct BackupQueueTests {
    private static func document(_ number: Int, bytes: Int = 10) -> BackupQueue.Document {
        BackupQueue.Document(
            value: [UInt8](repeating: 0, count: bytes), movieID: Int64(number), day: 1, source: "a", line: Int64(number)
        )
    }

    private static func queue(_ count: Int) -> BackupQueue {
        var queue = BackupQueue()
        for number in 0..<count { queue.add(document(number)) }
        return queue
    }

    /// Sends all that is to be sent, and gives the movies in the order of sending.
    private static func sendAll(_ queue: inout BackupQueue) -> [Int64] {
        var sent: [Int64] = []
        while let (number, document) = queue.next() {
            sent.append(document.movieID)
            queue.sent(number)
        }
        return sent
    }

    @Test func documentsAreSentOnceInTheirOrder() {
        var queue = Self.queue(3)
        #expect(Self.sendAll(&queue) == [0, 1, 2] && queue.inFlight == 3 && !queue.isEmpty)
        #expect(queue.settle(1)?.movieID == 1 && queue.settle(1) == nil)
        queue.add(Self.document(3))
        #expect(Self.sendAll(&queue) == [3])
        for number in [0, 2, 3] as [UInt] { #expect(queue.settle(number) != nil) }
        #expect(queue.isEmpty && queue.inFlight == 0 && queue.bytes == 0 && queue.sentAgain == 0)
    }

    @Test func afterALossWhatHasNoOutcomeIsSentAgainInItsOrder() {
        var queue = Self.queue(5)
        for _ in 0..<4 { if let (number, _) = queue.next() { queue.sent(number) } }
        _ = queue.settle(1)
        queue.lose()
        #expect(queue.inFlight == 0)
        #expect(Self.sendAll(&queue) == [0, 2, 3, 4] && queue.sentAgain == 3 && queue.inFlight == 4)
        queue.lose()
        #expect(Self.sendAll(&queue) == [0, 2, 3, 4] && queue.sentAgain == 7)
    }

    @Test func aDocumentThatIsNotSentIsSettled() {
        var queue = Self.queue(2)
        #expect(queue.settle(0)?.movieID == 0 && queue.inFlight == 0)
        #expect(Self.sendAll(&queue) == [1] && queue.inFlight == 1)
    }

    @Test func documentsOfALostTransactionAreForgotten() {
        var queue = Self.queue(3)
        if let (number, _) = queue.next() { queue.sent(number) }
        queue.removeAll()
        #expect(queue.isEmpty && queue.inFlight == 0 && queue.bytes == 0 && queue.next() == nil)
        queue.add(Self.document(7))
        // A late outcome of a forgotten one settles nothing.
        #expect(queue.settle(0) == nil && queue.inFlight == 0)
        #expect(Self.sendAll(&queue) == [7])
    }

    @Test func itsMemoryIsLimitedButOneDocumentAlwaysHasRoom() {
        var queue = BackupQueue(mostBytes: 1000)
        #expect(queue.hasRoom(for: 1 << 24))
        queue.add(Self.document(0, bytes: 500))
        #expect(queue.hasRoom(for: 100) && !queue.hasRoom(for: 400))
        _ = queue.settle(0)
        #expect(queue.hasRoom(for: 1 << 24))
    }
}
