import CKafka

import enum Logging.Redaction

/// A configuration of librdkafka, before a client is made of it. Owns an `rd_kafka_conf_t`.
final class KafkaConfiguration {
    private let pointer: OpaquePointer

    /// A configuration with librdkafka's defaults.
    ///
    /// - Throws: `KafkaError` when there is no memory.
    init() throws(KafkaError) {
        guard let pointer = rd_kafka_conf_new() else {
            throw KafkaError(.other, "librdkafka has no memory for a configuration")
        }
        self.pointer = pointer
    }

    deinit { rd_kafka_conf_destroy(pointer) }

    /// Whether librdkafka has a property of this name that a text can set.
    func knows(_ name: String) -> Bool {
        guard let copy = rd_kafka_conf_dup(pointer) else { return false }
        defer { rd_kafka_conf_destroy(copy) }
        var words = [CChar](repeating: 0, count: 512)
        return rd_kafka_conf_set(copy, name, "", &words, words.count) != RD_KAFKA_CONF_UNKNOWN
    }

    /// Sets a property.
    ///
    /// - Parameter origin: where the value comes from, for the error; by default the URL's parameter.
    /// - Throws: `KafkaError` with the problem `.location` when librdkafka does not know it or does not take the value.
    ///   A secret is not in it.
    func set(_ name: String, _ value: String, from origin: String? = nil) throws(KafkaError) {
        var words = [CChar](repeating: 0, count: 512)
        let result = rd_kafka_conf_set(pointer, name, value, &words, words.count)
        let place = origin ?? "the parameter \(name)"
        switch result {
        case RD_KAFKA_CONF_OK: return
        case RD_KAFKA_CONF_UNKNOWN:
            throw .location(
                "\(place) is no property of librdkafka \(KafkaLibrary.version)",
                hint: "Its properties: https://github.com/confluentinc/librdkafka/blob/v2.0.2/CONFIGURATION.md.")
        default:
            // The words may quote the value.
            let reason = KafkaProperties.isSecret(name) ? "" : ": " + Redaction.line(of: KafkaText.string(words))
            throw .location(
                "\(place) has a value that librdkafka does not take\(reason)",
                hint: "See https://github.com/confluentinc/librdkafka/blob/v2.0.2/CONFIGURATION.md.")
        }
    }

    /// A client of this configuration, which itself stays as it is.
    ///
    /// - Parameters:
    ///   - kind: a consumer or a producer.
    ///   - events: the kinds of events that the client's queues have, `RD_KAFKA_EVENT_…` added up.
    /// - Returns: the client; the caller has to destroy it.
    /// - Throws: `KafkaError` with the problem `.location` for values that do not fit each other.
    func makeClient(_ kind: rd_kafka_type_t, events: Int32, place: String) throws(KafkaError) -> OpaquePointer {
        guard let copy = rd_kafka_conf_dup(pointer) else {
            throw KafkaError(.other, "librdkafka has no memory for a configuration", place: place)
        }
        rd_kafka_conf_set_events(copy, events)
        var words = [CChar](repeating: 0, count: 512)
        // The client owns the copy from here on, unless it cannot be made.
        guard let client = rd_kafka_new(kind, copy, &words, words.count) else {
            rd_kafka_conf_destroy(copy)
            throw .location(
                Redaction.line(of: KafkaText.string(words)),
                hint: "Check the parameters of \(place), the variables KAFKA_*, and the files that they name.")
        }
        return client
    }
}

/// The linked library.
public enum KafkaLibrary {
    /// Its version: `2.0.2`.
    public static var version: String { String(cString: rd_kafka_version_str()) }
    /// Its version as a number, `0xMMmmrrxx`.
    static var number: Int32 { rd_kafka_version() }
}

/// Texts of C.
enum KafkaText {
    /// The text of a buffer that ends with a NUL.
    static func string(_ buffer: [CChar]) -> String {
        String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
