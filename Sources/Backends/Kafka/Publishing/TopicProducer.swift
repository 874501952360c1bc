import CKafka
import Domain
import Glibc

/// A producer of librdkafka for one topic.
final class TopicProducer {
    private let client: KafkaClient
    private let topic: OpaquePointer
    private let limits: TopicLimits
    private let isOneByOne: Bool
    private let messageBytes: Int64
    private let batchBytes: Int64
    /// The most messages without an outcome, and bytes of their values.
    private let most: (messages: Int, bytes: Int)
    /// The most bytes of several messages without an outcome; one that is larger waits alone.
    private let severalBytes: Int
    @exclusivity(unchecked) private var bytesInFlight = 0
    private let run: MessageRun
    @exclusivity(unchecked) private var watch = DeliveryWatch()
    /// The offset after the last confirmed message of each partition, by its number; 0 where there is none.
    @exclusivity(unchecked) private var ends: [Int64] = []
    /// Whether a batch of several messages was refused, of which some may be good.
    private(set) var hasRefusedBatch = false
    /// The parameters of a call of `rd_kafka_produceva`, of which the first are always the same.
    private let parameters: UnsafeMutablePointer<rd_kafka_vu_t>
    private let headerName: UnsafeMutablePointer<CChar>
    private static let mostParameters = 6

    init(_ location: KafkaLocation, _ limits: TopicLimits, isOneByOne: Bool) throws(KafkaError) {
        let own = Set(location.properties.keys)
        let properties = ProducerSettings.properties(own: own, limit: limits.batchBytes, isOneByOne: isOneByOne)
        client = try KafkaClient(location, .writing(properties))
        guard let topic = rd_kafka_topic_new(client.handle.pointer, location.topic, nil),
            let name = strdup("snapshot_date")
        else {
            throw KafkaError(rd_kafka_last_error(), activity: "opening the topic", place: location.description)
        }
        self.topic = topic
        self.limits = limits
        self.isOneByOne = isOneByOne
        let number = { (name: String) in (location.properties[name] ?? properties[name]).flatMap { Int64($0) } }
        messageBytes = number("message.max.bytes") ?? Int64(ProducerSettings.messageBytes)
        batchBytes = number("batch.size") ?? Int64(ProducerSettings.batchBytes)
        let messages = number("queue.buffering.max.messages") ?? Int64(ProducerSettings.waiting.messages)
        let kilobytes = number("queue.buffering.max.kbytes") ?? Int64(ProducerSettings.waiting.kilobytes)
        // 0 is no limit.
        most = (messages == 0 ? .max : Int(messages), Int(kilobytes) << 10)
        severalBytes = own.contains("queue.buffering.max.kbytes") ? most.bytes : ProducerSettings.severalBytes
        run = MessageRun(topic)
        headerName = name
        parameters = .allocate(capacity: Self.mostParameters)
        parameters.initialize(repeating: rd_kafka_vu_t(), count: Self.mostParameters)
        parameters[0].vtype = RD_KAFKA_VTYPE_RKT
        parameters[0].u.rkt = topic
        parameters[1].vtype = RD_KAFKA_VTYPE_MSGFLAGS
        parameters[2].vtype = RD_KAFKA_VTYPE_VALUE
        parameters[3].vtype = RD_KAFKA_VTYPE_KEY
        parameters[4].vtype = RD_KAFKA_VTYPE_OPAQUE
        parameters[5].vtype = RD_KAFKA_VTYPE_HEADER
    }

    deinit {
        // Messages that wait are not sent any more: they are sent again by who sent them.
        rd_kafka_purge(client.handle.pointer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
        rd_kafka_topic_destroy(topic)
        parameters.deallocate()
        free(headerName)
    }

    /// Keeps what has the bytes of messages without an outcome, until librdkafka has ended.
    func keep(_ memory: [AnyObject]) { client.handle.keep(memory) }

    // MARK: Sending

    /// Begins to send a message. Its time is the time of this call.
    func send(_ message: OutgoingMessage, number: UInt) throws -> SendAnswer {
        if limits.needsKey, message.key == nil {
            return .refused(.notTaken("the topic is compacted, and takes no message without a key"))
        }
        // librdkafka would refuse one message of a run and take a later one with the same key. So it never gets too many.
        let size = message.value.count
        if watch.inFlight >= most.messages || bytesInFlight + size > most.bytes { return .full }
        if watch.inFlight > 0, bytesInFlight + size > severalBytes { return .full }
        if message.valueStays, message.snapshotDay == nil, Int64(size) < min(MessageRun.mostBytes, messageBytes / 2),
            run.add(message, opaque: opaque(number))
        {
            noteSent(size)
            if run.isFull { try sendRun() }
            return .accepted
        }
        try sendRun()
        parameters[1].u.i = message.valueStays ? 0 : RD_KAFKA_MSG_F_COPY
        parameters[2].u.mem = memory(message.value)
        parameters[3].u.mem = message.key.map(memory) ?? .init(ptr: nil, size: 0)
        parameters[4].u.ptr = opaque(number)
        guard let day = message.snapshotDay else { return try produce(5, size) }
        var date = CivilDate.text(ofDay: day)
        return try date.withUTF8 { bytes in
            let bytes = UnsafeRawBufferPointer(bytes)
            parameters[5].u.header.name = UnsafePointer(headerName)
            parameters[5].u.header.val = bytes.baseAddress
            parameters[5].u.header.size = bytes.count
            return try produce(6, size)
        }
    }

    /// One more than the number, since 0 would be a null pointer.
    private func opaque(_ number: UInt) -> UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: number + 1) }

    private func noteSent(_ size: Int) {
        watch.sent { KafkaClient.now }
        bytesInFlight += size
    }

    private func sendRun() throws(KafkaError) {
        let code = run.send()
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw failure(code) }
    }

    private func memory(_ bytes: UnsafeRawBufferPointer) -> rd_kafka_vu_t.__Unnamed_union_u.__Unnamed_struct_mem {
        .init(ptr: UnsafeMutableRawPointer(mutating: bytes.baseAddress), size: bytes.count)
    }

    private func produce(_ count: Int, _ size: Int) throws(KafkaError) -> SendAnswer {
        guard let error = rd_kafka_produceva(client.handle.pointer, parameters, count) else {
            noteSent(size)
            return .accepted
        }
        defer { rd_kafka_error_destroy(error) }
        let code = rd_kafka_error_code(error)
        switch code {
        case RD_KAFKA_RESP_ERR__QUEUE_FULL: return .full
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
            return .refused(.tooLarge(side: "this command (message.max.bytes)", limit: messageBytes))
        default: throw failure(code)
        }
    }

    // MARK: Outcomes

    /// Takes the outcomes that are there; waits for the first for at most some milliseconds.
    func takeOutcomes(waiting milliseconds: Int, _ body: (UInt, MessageOutcome) -> Void) throws(KafkaError) {
        try sendRun()
        var code = RD_KAFKA_RESP_ERR_NO_ERROR
        var count = 0
        var isConfirmed = false
        let end = KafkaClient.now + Double(milliseconds) / 1000
        while true {
            client.takeEvents { event in
                guard event.kind == RD_KAFKA_EVENT_DR else { return }
                while let message = rd_kafka_event_message_next(event.pointer) {
                    count += 1
                    bytesInFlight -= message.pointee.len
                    if message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR {
                        isConfirmed = true
                        noteEnd(message.pointee)
                        body(UInt(bitPattern: message.pointee._private) - 1, .confirmed)
                    } else {
                        let failed = settle(message.pointee, body)
                        if code == RD_KAFKA_RESP_ERR_NO_ERROR { code = failed }
                    }
                }
            }
            if count > 0 || code != RD_KAFKA_RESP_ERR_NO_ERROR || KafkaClient.now >= end { break }
            usleep(1000)
        }
        let now = KafkaClient.now
        if isConfirmed { client.succeeded() }
        watch.settled(count, at: now)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw failure(code) }
        if let failure = watch.failure(client.connections, at: now) { throw described(failure) }
    }

    /// Where the topic ended after the messages that were confirmed.
    var confirmedEnds: TopicEnds {
        var known = TopicEnds()
        for (partition, end) in ends.enumerated() where end > 0 { known[Int32(partition)] = end }
        return known
    }

    private func noteEnd(_ message: rd_kafka_message_t) {
        let partition = Int(message.partition)
        // A message that the broker had already may come without its offset.
        guard partition >= 0, message.offset >= 0 else { return }
        if partition >= ends.count { ends += repeatElement(0, count: partition + 1 - ends.count) }
        ends[partition] = max(ends[partition], message.offset + 1)
    }

    /// Tells the outcome of a message that was not confirmed.
    ///
    /// - Returns: the code of an error after which the message has no outcome.
    private func settle(
        _ message: rd_kafka_message_t, _ body: (UInt, MessageOutcome) -> Void
    ) -> rd_kafka_resp_err_t {
        let number = UInt(bitPattern: message._private) - 1
        switch message.err {
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE,
            RD_KAFKA_RESP_ERR_INVALID_RECORD:
            // The broker refuses whole batches. A message that is larger than a batch is alone in its own.
            guard isOneByOne || Int64(message.len) >= batchBytes else {
                hasRefusedBatch = true
                return message.err
            }
            let isSize = message.err != RD_KAFKA_RESP_ERR_INVALID_RECORD
            body(
                number,
                .refused(
                    isSize
                        ? .tooLarge(side: limits.side, limit: limits.batchBytes)
                        : .notTaken("the broker: " + String(cString: rd_kafka_err2str(message.err)))))
        default: return message.err
        }
        return RD_KAFKA_RESP_ERR_NO_ERROR
    }

    /// The error of a code, or the cause that the client knows.
    private func failure(_ code: rd_kafka_resp_err_t) -> KafkaError {
        if hasRefusedBatch {
            return described(
                KafkaError(.fatal, "the topic refused a batch of messages, which are sent one by one from now on"))
        }
        // The messages of a client that can do no more are given up with another code.
        let error = client.fatalError ?? KafkaError(code)
        let cause = error.problem == .unreachable ? client.connections.lastLoss : nil
        return described(client.connections.refusal ?? cause ?? error)
    }

    private func described(_ error: KafkaError) -> KafkaError {
        var error = error.during("publishing", at: client.location.description)
        if error.problem == .permission {
            error.ownHint =
                "Let the cluster's administrator grant the user the rights to describe and write the topic: kafka-acls.sh "
                + "--add --allow-principal User:NAME --operation Write --operation Describe --topic TOPIC."
        }
        return error
    }
}
