import CKafka
import Domain

/// Reads the partitions of a topic: each up to the end that it had at the start, or without an end (`TopicReader+Following`).
/// Used by one thread.
final class TopicReader {
    /// The limits on a reading that does not get on, in seconds.
    struct Patience {
        /// For how long nothing may come before the brokers are asked whether they are still there.
        var beforeQuestion = 15.0
        /// For how long nothing may come before the reading ends with an error.
        var inAll = 300.0
        /// For how long nothing may come after a connection was lost before that is told.
        var beforeTelling = 5.0
    }

    /// The answer of `poll`.
    enum Answer {
        case chunk(LineChunk)
        /// There is nothing at the moment.
        case nothing
        /// All partitions have been read.
        case ended
    }

    let location: KafkaLocation
    private let lines: RecordLines
    private let chunkSize: ChunkSize
    private let patience: Patience
    private let role: KafkaClient.Role
    private(set) var client: KafkaClient
    /// Commits the group's offsets. It reads nothing, since a client that reads may be replaced.
    let committer: KafkaClient
    private var waker: FetchWaker
    private let batch = RecordBatch()
    /// The records of the client's partitions; nil until it is told to fetch them.
    private var ready: ReadyRecords?
    var partitions: [PartitionReading]
    /// The index in `partitions` of each partition's number.
    private var indexes: [Int32: Int] = [:]
    /// The index of the partition whose record came last.
    private var current = 0
    /// The partitions that have to be fetched anew by another client. Their records are passed over until then.
    private var refetched: Set<Int32> = []
    /// When that client is made at the latest, in seconds of a clock; nil when none is needed.
    private var refetchDue: Double?
    /// When something came from a broker, in seconds of a clock.
    private(set) var lastProgress = KafkaClient.now
    /// When the brokers were asked whether they are still there.
    private var lastQuestion = KafkaClient.now
    /// Since when the brokers do not answer, as was told; nil as long as they do.
    private var awaySince: Double?
    /// Whether the client was replaced by another one because nothing came from it any more.
    private var wasReopened = false
    /// What is needed to follow the topic; nil where it is read to its end.
    var following: Following?
    /// Why the group's coordinator refuses this user; nil when it does not.
    private var groupRefusal: KafkaError?

    /// A reader of some partitions.
    ///
    /// - Parameters:
    ///   - client: with the role `role`, which is a reading one.
    ///   - committer: another one, for the group's offsets.
    ///   - chunkSize: how large a chunk may become.
    init(
        _ client: KafkaClient, _ role: KafkaClient.Role, committer: KafkaClient, _ partitions: [PartitionReading],
        lines: RecordLines,
        chunkSize: ChunkSize, following: Following? = nil, patience: Patience = Patience()
    ) {
        self.client = client
        self.role = role
        self.committer = committer
        location = client.location
        waker = FetchWaker(client.handle, topic: client.location.topic)
        self.partitions = partitions
        self.lines = lines
        self.chunkSize = chunkSize
        self.following = following
        self.patience = patience
        indexPartitions()
    }

    /// A client does not end before its last record is given back.
    deinit {
        batch.release()
        batch.removeAll()
    }

    /// The topic's name.
    var topic: String { location.topic }

    /// Whether a start was asked for that does not count, since the ledger has a position.
    var hasUnusedStart = false

    /// What is left for a later run, and what else there is to tell at the end.
    var remarks: [SourceRemark] {
        let reopened = SourceRemark(
            name: location.topic, reason: "a client that got no more records was replaced by another one")
        return partitions.flatMap(\.remarks) + (wasReopened && following == nil ? [reopened] : [])
            + (groupRefusal.map { [GroupOffsets.remark($0, topic: topic)] } ?? [])
            + (hasUnusedStart
                ? [
                    SourceRemark(
                        name: topic, reason: "read on from the warehouse's position, to which --start does not apply")
                ]
                : [])
    }

    /// Reading goes on after a pause, as a warehouse may be slower than the brokers: only what is waited from here on
    /// counts.
    func resume() {
        if following == nil { lastProgress = KafkaClient.now }
    }

    /// The next chunk.
    ///
    /// - Parameter milliseconds: how long to wait for records.
    /// - Throws: `KafkaError`.
    func poll(waiting milliseconds: Int32) throws(KafkaError) -> Answer {
        if following != nil { try follow() }
        while true {
            if let index = partitions.firstIndex(where: \.hasSomethingToSay) {
                let chunk = partitions[index].chunk(capacity: 0)
                partitions[index].complete(chunk)
                return .chunk(chunk)
            }
            if following == nil, partitions.allSatisfy(\.isEnded) { return .ended }
            if ready == nil { try assign() }
            if let refetchDue, KafkaClient.now >= refetchDue { try replaceClient() }
            guard let record = batch.first else {
                if try fill(waiting: milliseconds) { continue }
                return .nothing
            }
            if record.pointee.rkt == nil {
                let message = record.pointee
                batch.pass()
                try receive(message)
                continue
            }
            guard let index = index(of: record.pointee.partition), !refetched.contains(record.pointee.partition) else {
                batch.pass()
                continue
            }
            if record.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR {
                let message = record.pointee
                batch.pass()
                try receive(message, in: index)
                continue
            }
            if let chunk = try chunk(of: index) { return .chunk(chunk) }
        }
    }

    func index(of number: Int32) -> Int? {
        if current < partitions.count, partitions[current].key.number == number { return current }
        guard let index = indexes[number] else { return nil }
        current = index
        return index
    }

    /// To be called when partitions were added.
    func indexPartitions() {
        indexes = Dictionary(partitions.enumerated().map { ($1.key.number, $0) }) { first, _ in first }
    }

    // MARK: Records

    /// A chunk of the records of one partition that come next; nil when they gave nothing.
    private func chunk(of index: Int) throws(KafkaError) -> LineChunk? {
        let number = partitions[index].key.number
        if partitions[index].hasToProve(at: KafkaClient.now) {
            try seek(index)
            return nil
        }
        let chunk = partitions[index].chunk(capacity: chunkSize.bytes + chunkSize.bytes / 4)
        let start = partitions[index].progress.position.next
        var (size, count) = (0, 0)
        defer { batch.release() }
        while count < chunkSize.lines, !partitions[index].progress.isDone,
            // The last records that were taken may be some more than there is room for.
            size < chunkSize.bytes || batch.first != nil && size < chunkSize.bytes + chunkSize.bytes / 5
        {
            if batch.first == nil {
                let bytes = chunkSize.bytes - size
                guard ready?.takeMore(of: number, into: batch, isBegun: count > 0, bytes: bytes) == true else { break }
            }
            guard let record = batch.first, record.pointee.partition == number,
                record.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR
            else { break }
            // A long one is in a chunk of its own, or ends one.
            if size > 0, size + record.pointee.len > 2 * chunkSize.bytes { break }
            let step = partitions[index].progress.receive(record.pointee.offset) { Record.proof(record) }
            switch step {
            case .take:
                lines.add(record, to: chunk)
                (size, count) = (size + record.pointee.len, count + 1)
                batch.keep()
            case .skip, .leave: batch.pass()
            case .replaced:
                try beginAnew(index)
                return nil
            }
        }
        gotOn()
        if let kept = batch.kept {
            partitions[index].progress.note(Record.proof(kept))
            ready?.cameUp(to: Record.timestamp(kept), in: number, records: count, bytes: size)
        }
        let progress = partitions[index].progress
        guard progress.position.next > start || progress.isDone, !partitions[index].isEnded else {
            // Records of a partition that has been read come on until all have.
            if progress.isDone { batch.pass() }
            return nil
        }
        partitions[index].complete(chunk)
        return chunk
    }

    /// Handles what came in the place of a record: the end of a partition, or an error of it.
    private func receive(_ message: rd_kafka_message_t, in index: Int) throws(KafkaError) {
        let key = partitions[index].key
        let error = KafkaError(
            message.err, activity: "reading \(key.name)", place: location.description)
        if message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF {
            gotOn()
            partitions[index].reachedEnd(at: message.offset, now: KafkaClient.now)
            ready?.reachedEnd(of: key.number)
            return
        }
        if partitions[index].progress.isDone { return }
        switch error.problem {
        case .offset: try findBeginning(index)
        case .unreachable, .unknownHost:
            client.note(error, message.err)
            following?.note(errorOf: key.number, isMissing: false)
        case .unknownTopic where following != nil: following?.note(errorOf: key.number, isMissing: true)
        default: throw error
        }
    }

    /// Handles an error of the client as a whole.
    private func receive(_ message: rd_kafka_message_t) throws(KafkaError) {
        let error = KafkaError(message.err, activity: "reading \(topic)", place: location.description)
        switch message.err {
        case RD_KAFKA_RESP_ERR_NO_ERROR: return
        case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
            // Records come all the same, since the group assigns no partitions.
            if following != nil, groupRefusal == nil, !partitions.isEmpty {
                partitions[0].tell(GroupOffsets.remark(error, topic: topic).reason)
            }
            groupRefusal = error
        default:
            guard [.unreachable, .unknownHost].contains(error.problem) else { throw error }
            client.note(error, message.err)
        }
    }

    /// The log does not have the offset that was asked for.
    private func findBeginning(_ index: Int) throws(KafkaError) {
        let position = partitions[index].progress.position
        let limit = KafkaClient.now + 3
        while true {
            let bounds = try bounds(of: partitions[index].key.number)
            if bounds.beginning >= position.beginning, position.next <= bounds.end {
                partitions[index].progress.lose(before: bounds.beginning)
                // Where nothing expired, the log was shorter a moment ago, as a new one is that has grown since.
                partitions[index].progress.proveAgain()
                return refetch(index)
            }
            // A broker that has just become the leader may not know the end yet.
            guard KafkaClient.now < limit else { return try beginAnew(index, bounds) }
            try client.pause()
        }
    }

    /// Reads the log that has replaced the one that was read.
    private func beginAnew(_ index: Int, _ bounds: PartitionBounds? = nil) throws(KafkaError) {
        let now: PartitionBounds
        if let bounds { now = bounds } else { now = try self.bounds(of: partitions[index].key.number) }
        partitions[index].beginAnew(now)
        refetch(index)
    }

    /// Where a partition begins and ends now.
    private func bounds(of number: Int32) throws(KafkaError) -> PartitionBounds {
        let beginning = try client.offsets(of: [number], at: .beginning)[number] ?? 0
        let end = try client.offsets(of: [number], at: .end)[number] ?? beginning
        return PartitionBounds(beginning: beginning, stableEnd: max(beginning, end), end: max(beginning, end))
    }

    // MARK: The client

    /// Tells a new client which partitions to fetch, and from where. This is done once: a client of librdkafka 2.0 from
    /// which partitions are taken and given back within moments may end the program.
    private func assign() throws(KafkaError) {
        let places = partitions.compactMap { partition in
            partition.progress.firstOffset.map { (partition.key.number, $0) }
        }
        guard let common = client.handle.records else {
            throw KafkaError(.other, "the client reads no records", place: location.description)
        }
        let ready = try ReadyRecords(client, common, places.map(\.0), chunkBytes: chunkSize.bytes)
        let list = PartitionList(topic: location.topic, places)
        let code = rd_kafka_assign(client.handle.pointer, list.pointer)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw client.failure(code, during: "taking the partitions of \(location.topic)")
        }
        self.ready = ready
        following?.watch.begin()
    }

    /// For how long a client may take to forget what it has fetched of a partition, in milliseconds.
    private static let timeToSeek: Int32 = 2000

    /// Fetches a partition from another offset on.
    private func seek(_ index: Int) throws(KafkaError) {
        let number = partitions[index].key.number
        guard let offset = partitions[index].progress.firstOffset else { return }
        batch.remove(number)
        let list = PartitionList(topic: location.topic, [(number, offset)])
        let error = rd_kafka_seek_partitions(client.handle.pointer, list.pointer, Self.timeToSeek)
        defer { if let error { rd_kafka_error_destroy(error) } }
        let isDone = error == nil && list.entries.allSatisfy { $0.error == RD_KAFKA_RESP_ERR_NO_ERROR }
        if !isDone { refetch(index) }
    }

    /// For how long other partitions are read before a client is replaced, in seconds. Several partitions that have to be
    /// fetched anew within this time need one new client.
    private static let timeToGather = 0.2

    /// Has a partition fetched anew, by another client.
    func refetch(_ index: Int) {
        guard partitions[index].progress.firstOffset != nil else { return }
        refetched.insert(partitions[index].key.number)
        refetchDue = refetchDue ?? KafkaClient.now + Self.timeToGather
    }

    /// Replaces the client by another one, which fetches everything from where the reading is.
    func replaceClient() throws(KafkaError) {
        batch.removeAll()
        ready = nil
        client = try KafkaClient(location, role)
        waker = FetchWaker(client.handle, topic: location.topic)
        (refetched, refetchDue) = ([], nil)
        try assign()
    }

    private func gotOn() {
        if let since = awaySince {
            awaySince = nil
            tell("the brokers answer again after \(Int((KafkaClient.now - since).rounded())) s")
        }
        lastProgress = KafkaClient.now
        client.succeeded()
        waker.recordsWereRead(at: lastProgress) {
            partitions.lazy.filter { !$0.progress.isDone }.map(\.key.number)
        }
    }

    /// Waits a moment for records; whether there are any.
    private func fill(waiting milliseconds: Int32) throws(KafkaError) -> Bool {
        let found = ready?.take(into: batch, waiting: refetchDue == nil ? milliseconds : 0) { number in
            index(of: number).map { partitions[$0].progress.isDone } ?? true
        }
        if found == .records { return true }
        client.takeEvents()
        if found == .notYet { return false }
        return try foundNothing()
    }

    /// Handles that nothing is there; whether there are records now.
    private func foundNothing() throws(KafkaError) -> Bool {
        if refetchDue != nil { try replaceClient() }
        let now = KafkaClient.now
        if let refusal = client.connections.refusal {
            throw refusal.during("reading \(location.topic)", at: location.description)
        }
        if following != nil {
            following?.foundNothing(isDown: client.connections.downSince != nil, at: now)
            for index in partitions.indices { partitions[index].foundNothing(at: now) }
        } else {
            if let loss = client.connections.lastLoss, now - lastProgress >= patience.beforeTelling {
                tellThatBrokersAreAway(loss)
            }
            let beforeQuestion = min(patience.beforeQuestion, patience.inAll / 2)
            if now - max(lastProgress, lastQuestion) >= beforeQuestion { try ask() }
        }
        return false
    }

    private func tellThatBrokersAreAway(_ error: KafkaError?) {
        if awaySince != nil { return }
        awaySince = lastProgress
        let words = error.map { " (\($0.words))" } ?? ""
        tell("the brokers do not answer\(words); going on as soon as they do")
    }

    /// Tells something of the topic at once, with the next chunk of a partition.
    private func tell(_ words: String) {
        guard let index = partitions.firstIndex(where: { !$0.isEnded }) else { return }
        partitions[index].tellOfWaiting(words)
    }

    /// Asks the leaders of the partitions whether they are still there, since nothing has come from them for long.
    private func ask() throws(KafkaError) {
        let unfinished = partitions.filter { !$0.progress.isDone }
        do {
            let left = max(1, patience.inAll - (KafkaClient.now - lastProgress))
            _ = try client.offsets(
                of: unfinished.map(\.key.number), at: .end, within: min(left, KafkaClient.timeForLeaders))
        } catch {
            lastQuestion = KafkaClient.now
            // Brokers that have just been started may not know the topic for a moment.
            let mayRetry = error.mayRetry || awaySince != nil && error.problem == .unknownTopic
            guard mayRetry, KafkaClient.now - lastProgress < patience.inAll else {
                var error = error
                error.activity =
                    "reading \(unfinished.first?.key.name ?? location.topic), of which nothing came for "
                    + "\(Int(KafkaClient.now - lastProgress)) s"
                throw error
            }
            tellThatBrokersAreAway(error)
            return
        }
        // They answer, and know of records that the client does not fetch.
        lastQuestion = KafkaClient.now
        wasReopened = true
        try replaceClient()
    }
}
