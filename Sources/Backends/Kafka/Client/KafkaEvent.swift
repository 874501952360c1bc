import CKafka

import enum Logging.Redaction

/// What a client of librdkafka reports. Owns an `rd_kafka_event_t`, to which pointers of its content belong.
final class KafkaEvent {
    /// The event itself, for what only some clients use, such as the delivery reports of a producer.
    let pointer: OpaquePointer

    /// The next event of a queue; nil when there is none within the time.
    static func next(of queue: OpaquePointer, milliseconds: Int32) -> KafkaEvent? {
        rd_kafka_queue_poll(queue, milliseconds).map { KafkaEvent($0) }
    }

    private init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { rd_kafka_event_destroy(pointer) }

    /// Its kind: `RD_KAFKA_EVENT_…`.
    var kind: Int32 { rd_kafka_event_type(pointer) }

    /// The error that it reports; nil when it reports none.
    var error: KafkaError? {
        let code = rd_kafka_event_error(pointer)
        if code == RD_KAFKA_RESP_ERR_NO_ERROR { return nil }
        return KafkaError(code, rd_kafka_event_error_string(pointer).map { String(cString: $0) })
    }

    /// The code of that error.
    var errorCode: rd_kafka_resp_err_t { rd_kafka_event_error(pointer) }

    /// The text of a log line, and its level as syslog counts (3 is an error, 4 a warning); nil for other kinds.
    var logLine: (level: Int32, text: String)? {
        var facility: UnsafePointer<CChar>?
        var text: UnsafePointer<CChar>?
        var level: Int32 = 0
        guard kind == RD_KAFKA_EVENT_LOG, rd_kafka_event_log(pointer, &facility, &text, &level) == 0, let text else {
            return nil
        }
        return (level, Redaction.line(of: String(cString: text)))
    }
}
