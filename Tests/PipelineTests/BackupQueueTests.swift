import Testing

@testable import Pipeline

@Suite struct BackupQueueTests {
    private static func line(_ number: Int, bytes: Int = 10) -> BackupQueue.Line {
        BackupQueue.Line(
            value: [UInt8](repeating: 0, count: bytes), id: Int64(number), day: 1, source: "a", number: Int64(number))
    }

    private static func queue(_ count: Int) -> BackupQueue {
        var queue = BackupQueue()
        for number in 0..<count { queue.add(line(number)) }
        return queue
    }

    /// Sends all that is to be sent, and gives the ids in the order of sending.
    private static func sendAll(_ queue: inout BackupQueue) -> [Int64] {
        var sent: [Int64] = []
        while let (number, line) = queue.next() {
            sent.append(line.id)
            queue.sent(number)
        }
        return sent
    }

    @Test func linesAreSentOnceInTheirOrder() {
        var queue = Self.queue(3)
        #expect(Self.sendAll(&queue) == [0, 1, 2] && queue.inFlight == 3 && !queue.isEmpty)
        #expect(queue.settle(1)?.id == 1 && queue.settle(1) == nil)
        queue.add(Self.line(3))
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

    @Test func aLineThatIsNotSentIsSettled() {
        var queue = Self.queue(2)
        #expect(queue.settle(0)?.id == 0 && queue.inFlight == 0)
        #expect(Self.sendAll(&queue) == [1] && queue.inFlight == 1)
    }

    @Test func linesOfALostTransactionAreForgotten() {
        var queue = Self.queue(3)
        if let (number, _) = queue.next() { queue.sent(number) }
        queue.removeAll()
        #expect(queue.isEmpty && queue.inFlight == 0 && queue.bytes == 0 && queue.next() == nil)
        queue.add(Self.line(7))
        // A late outcome of a forgotten one settles nothing.
        #expect(queue.settle(0) == nil && queue.inFlight == 0)
        #expect(Self.sendAll(&queue) == [7])
    }

    @Test func itsMemoryIsLimitedButOneDocumentAlwaysHasRoom() {
        var queue = BackupQueue(mostBytes: 1000)
        #expect(queue.hasRoom(for: 1 << 24))
        queue.add(Self.line(0, bytes: 500))
        #expect(queue.hasRoom(for: 100) && !queue.hasRoom(for: 400))
        _ = queue.settle(0)
        #expect(queue.hasRoom(for: 1 << 24))
    }
}
