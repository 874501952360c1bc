import CKafka
import Foundation

/// A record that a test writes to a topic.
public struct TestRecord: Sendable {
    /// The value; nil for a tombstone.
    public var value: [UInt8]?
    /// The key; nil for none.
    public var key: [UInt8]?
    /// Milliseconds since 1970; nil for the time at which it is written.
    public var timestamp: Int64?
    /// The headers with their values.
    public var headers: [(name: String, value: [UInt8]?)]

    /// A record.
    public init(
        _ value: [UInt8]?, key: String? = nil, timestamp: Int64? = nil,
        headers: [(name: String, value: [UInt8]?)] = []
    ) {
        self.value = value
        self.key = key.map { Array($0.utf8) }
        self.timestamp = timestamp
        self.headers = headers
    }

    /// A record of a text.
    public init(_ text: String, key: String? = nil, timestamp: Int64? = nil) {
        self.init(Array(text.utf8), key: key, timestamp: timestamp)
    }
}

/// Why Kafka did not do what a test wanted.
public struct KafkaFailure: Error, CustomStringConvertible {
    /// Why.
    public let description: String

    init(_ what: String, _ code: rd_kafka_resp_err_t) {
        description = "\(what): \(String(cString: rd_kafka_err2str(code)))"
    }

    init(_ text: String) { description = text }
}

/// Writes records to topics, without the project's code.
///
///     let producer = try TestProducer("127.0.0.1:21000", ["compression.type": "zstd"])
///     try producer.send([TestRecord("{}")], to: "user_logs", partition: 0)
public final class TestProducer: @unchecked Sendable {
    // Sendable because librdkafka's functions may be called by any thread.
    private let client: OpaquePointer

    /// A producer.
    ///
    /// - Parameter properties: of librdkafka. With `transactional.id`, records are sent in transactions.
    public init(_ address: String, _ properties: [String: String] = [:]) throws {
        client = try TestClient.make(
            RD_KAFKA_PRODUCER,
            ["bootstrap.servers": address, "linger.ms": "1", "message.max.bytes": "100000000"].merging(properties) {
                $1
            })
        if properties["transactional.id"] != nil {
            try TestClient.check(rd_kafka_init_transactions(client, 30_000), "begin to use transactions")
        }
    }

    deinit { rd_kafka_destroy(client) }

    /// Sends records, and waits until all are written.
    public func send(_ records: [TestRecord], to topic: String, partition: Int32) throws {
        for record in records {
            while true {
                let code = send(record, topic, partition)
                if code == RD_KAFKA_RESP_ERR_NO_ERROR { break }
                guard code == RD_KAFKA_RESP_ERR__QUEUE_FULL else { throw KafkaFailure("send", code) }
                _ = rd_kafka_poll(client, 10)
            }
        }
        let code = rd_kafka_flush(client, 60_000)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaFailure("flush", code) }
    }

    private func send(_ record: TestRecord, _ topic: String, _ partition: Int32) -> rd_kafka_resp_err_t {
        var parts: [rd_kafka_vu_t] = []
        func part(_ kind: rd_kafka_vtype_t, _ set: (inout rd_kafka_vu_t) -> Void) {
            var part = rd_kafka_vu_t()
            part.vtype = kind
            set(&part)
            parts.append(part)
        }
        return topic.withCString { topic in
            record.value.withPointer { value, valueSize in
                record.key.withPointer { key, keySize in
                    part(RD_KAFKA_VTYPE_TOPIC) { $0.u.cstr = topic }
                    part(RD_KAFKA_VTYPE_PARTITION) { $0.u.i32 = partition }
                    part(RD_KAFKA_VTYPE_MSGFLAGS) { $0.u.i = RD_KAFKA_MSG_F_COPY }
                    part(RD_KAFKA_VTYPE_VALUE) { $0.u.mem = .init(ptr: value, size: valueSize) }
                    part(RD_KAFKA_VTYPE_KEY) { $0.u.mem = .init(ptr: key, size: keySize) }
                    if let timestamp = record.timestamp {
                        part(RD_KAFKA_VTYPE_TIMESTAMP) { $0.u.i64 = timestamp }
                    }
                    let headers = record.headers.isEmpty ? nil : rd_kafka_headers_new(record.headers.count)
                    if let headers {
                        for (name, value) in record.headers {
                            value.withPointer { bytes, size in
                                _ = rd_kafka_header_add(headers, name, -1, bytes, size)
                            }
                        }
                        part(RD_KAFKA_VTYPE_HEADERS) { $0.u.headers = headers }
                    }
                    let error = rd_kafka_produceva(client, parts, parts.count)
                    guard let error else { return RD_KAFKA_RESP_ERR_NO_ERROR }
                    defer { rd_kafka_error_destroy(error) }
                    if let headers { rd_kafka_headers_destroy(headers) }
                    return rd_kafka_error_code(error)
                }
            }
        }
    }

    // MARK: Transactions

    /// Begins a transaction.
    public func begin() throws { try TestClient.check(rd_kafka_begin_transaction(client), "begin") }
    /// Commits the transaction.
    public func commit() throws { try TestClient.check(rd_kafka_commit_transaction(client, 30_000), "commit") }
    /// Aborts the transaction.
    public func abort() throws { try TestClient.check(rd_kafka_abort_transaction(client, 30_000), "abort") }
}

extension Optional<[UInt8]> {
    /// The bytes as C takes them; null and 0 for nil. An empty array has a pointer that is not null.
    fileprivate func withPointer<Answer>(_ body: (UnsafeMutableRawPointer?, Int) -> Answer) -> Answer {
        guard let bytes = self else { return body(nil, 0) }
        var copy = bytes + [0]
        return copy.withUnsafeMutableBytes { body($0.baseAddress, bytes.count) }
    }
}

/// Makes clients of librdkafka.
enum TestClient {
    static func make(_ kind: rd_kafka_type_t, _ properties: [String: String]) throws -> OpaquePointer {
        guard let configuration = rd_kafka_conf_new() else { throw KafkaFailure("no memory") }
        var words = [CChar](repeating: 0, count: 512)
        for (name, value) in properties {
            guard rd_kafka_conf_set(configuration, name, value, &words, words.count) == RD_KAFKA_CONF_OK else {
                throw KafkaFailure("\(name) = \(value) is refused")
            }
        }
        guard let client = rd_kafka_new(kind, configuration, &words, words.count) else {
            throw KafkaFailure("no client")
        }
        return client
    }

    static func check(_ error: OpaquePointer?, _ what: String) throws {
        guard let error else { return }
        defer { rd_kafka_error_destroy(error) }
        throw KafkaFailure("\(what): \(String(cString: rd_kafka_error_string(error)))")
    }
}
