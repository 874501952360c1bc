import Dispatch
import Domain
import Foundation
import KafkaTesting
import Servers
import Synchronization
import Testing

@testable import Kafka

/// A topic that is followed on a thread of its own while the test goes on.
final class FollowedTopic: Sendable {
    /// What its chunks had.
    struct Content {
        /// The texts of the lines of each source, by its name and, where that is not the first log, the log's number.
        var texts: [String: [String]] = [:]
        /// The positions that were given last, by the same names.
        var positions: [String: Int64] = [:]
        var lost: [String] = []
        var remarks: [String] = []
        var error: (any Error)?
        var isOver = false
    }

    private let content = Mutex(Content())
    private let source: Unshared<any LineSource>
    private let thread = DispatchSemaphore(value: 0)

    /// Begins to follow a topic.
    ///
    /// - Parameter known: the ledger's rows.
    init(_ topic: TestTopic, at address: String? = nil, known: [KnownSource] = [], _ options: SourceOptions = .init())
        throws
    {
        var options = options
        options.isFollowed = true
        let location = try KafkaLocation("kafka://\(address ?? topic.address)/\(topic.name)", environment: [:])
        var set = try KafkaSet([location], port: .events, options: options)
        (set.pace.interval, set.pace.timeToReappear) = (1, 3)
        #expect(set.isEndless)
        source = Unshared(try set.open(SourceRequest(clockDay: 0)) { try known.forEach($0) })
        Thread { [self] in
            do { while let chunk = try source.value.next() { take(chunk) } } catch {
                content.withLock { $0.error = error }
            }
            content.withLock { $0.isOver = true }
            thread.signal()
        }.start()
    }

    private func take(_ chunk: LineChunk) {
        let key = PartitionKey(chunk.mark?.identity.key ?? "")
        let name = "\(key?.number ?? -1)" + (key.map { $0.generation > 1 ? "/\($0.generation)" : "" } ?? "")
        content.withLock { content in
            for line in chunk.lines {
                let bytes = chunk.buffer.bytes(at: Int(line.span.offset), count: Int(line.span.length))
                content.texts[name, default: []].append(String(decoding: bytes, as: UTF8.self))
            }
            content.positions[name] = chunk.end.order
            if case .lost(let text) = chunk.notice { content.lost.append(text) }
            if case .remark(let text) = chunk.notice { content.remarks.append(text) }
        }
    }

    var now: Content { content.withLock { $0 } }

    /// Waits until the content is as expected; whether that came within a time that is long on a busy machine.
    func wait(seconds: Int = 40, _ condition: (Content) -> Bool) -> Bool {
        for _ in 0..<seconds * 50 {
            if condition(now) { return true }
            usleep(20_000)
        }
        return false
    }

    /// Ends the reading, and waits until its thread has ended.
    func close() {
        source.value.close()
        #expect(thread.wait(timeout: .now() + 10) == .success)
    }
}

/// A value that several threads may use, since it allows that.
private struct Unshared<Value>: @unchecked Sendable {
    // `LineSource.close` may be called while another thread is in `next`, and nothing else is.
    let value: Value
    init(_ value: Value) { self.value = value }
}
