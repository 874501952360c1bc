import Domain
import Logging

extension Fetcher {
    /// How many bytes of documents are put into the raw store and the backup at a time.
    private static let mostBytesAtOnce = 4 << 20

    /// Writes the snapshot, puts its documents where they are kept too, and gives it its name.
    func finish(_ records: [FetchRecord]) throws {
        let documents = records.filter { $0.outcome == .document }
        var position = 0
        // What failed before and came now would move the others.
        let sent = try store.backedUp().map { $0.total == documents.count ? $0.count : 0 } ?? 0
        var waiting: [[UInt8]] = []
        var waitingBytes = 0
        var written: Int64 = 0
        try store.write {
            if let reason = stop.reason { throw FetchStopped(reason: reason) }
            guard position < documents.count else { return nil }
            let line = try store.document(of: documents[position].index)
            position += 1
            if options.putsDocuments || backup != nil {
                waiting.append(line)
                waitingBytes += line.count
                if waitingBytes >= Self.mostBytesAtOnce {
                    try put(waiting, upTo: position, of: documents.count, sent: sent)
                    (waiting, waitingBytes) = ([], 0)
                }
            }
            written += 1
            if written % 64 == 0 { tell(.writing, done: written, total: Int64(documents.count), nil) }
            return line
        }
        try put(waiting, upTo: documents.count, of: documents.count, sent: sent)
        if options.putsDocuments { try rawStore?.flush() }
        try count(records)
        let finished = SystemClock.milliseconds()
        report.failedList = try store.keep(failed: failedIDs, day: plan.day)
        report.snapshot = try store.seal(day: plan.day) { snapshot in
            FetchManifest.text(self.report, self.plan, snapshot, service: self.service, finished: finished)
        }
        try publish(records)
    }

    /// Keeps when the movies were seen, and gives the snapshot its name. May be repeated.
    func publish(_ records: [FetchRecord]) throws {
        try replaceSeen(records)
        report.snapshot = try store.publish()
        if let path = report.snapshot?.path { logger.info("wrote \(path)") }
    }

    /// Puts documents into the raw store, and sends those to the backup that it does not have from an earlier call.
    ///
    /// - Parameters:
    ///   - end: how many documents there are up to the last of these, of `total`.
    ///   - sent: how many of all the backup has.
    private func put(_ lines: [[UInt8]], upTo end: Int, of total: Int, sent: Int) throws {
        if lines.isEmpty { return }
        let chunk = LineChunk(
            source: Source(name: store.snapshotName(day: plan.day), port: .movies, number: 0),
            capacity: lines.reduce(0) { $0 + $1.count }, start: SourcePosition())
        var movies: [RawMovie] = []
        var ids: [Int64] = []
        for line in lines {
            let document = Array(line.dropLast())
            let known = try inspector.inspect(document, asked: nil, day: plan.day)
            let offset = document.withUnsafeBytes { chunk.buffer.append($0) }
            chunk.lines.append(
                Line(
                    span: ByteRange(offset: offset, length: document.count), number: Int64(chunk.lines.count + 1),
                    byteOffset: Int64(offset), snapshotDay: plan.day))
            ids.append(known.movieID)
            guard let rank = known.rank else { continue }
            movies.append(RawMovie(movieID: known.movieID, rank: rank, document: document))
        }
        if options.putsDocuments { try rawStore?.put(movies: movies) }
        guard let backup, sent < end else { return }
        for (index, movieID) in ids.enumerated() where end - lines.count + index >= sent {
            try backup.add(index, of: chunk, id: movieID, day: plan.day)
        }
        try backup.confirm()
        backup.didCommit()
        try store.keep(backedUp: end, of: total)
    }

    /// Counts what is new, changed and unchanged.
    private func count(_ records: [FetchRecord]) throws {
        var merge = SeenMerge(day: plan.day)
        var rest = records[...]
        try store.forEachSeen { old in
            while let record = rest.first, record.movieID <= old.movieID {
                rest.removeFirst()
                _ = merge.merge(record, with: record.movieID == old.movieID ? old : nil)
            }
        }
        for record in rest { _ = merge.merge(record, with: nil) }
        (report.new, report.changed) = (merge.counts.new, merge.counts.changed)
        (report.unchanged, report.gone) = (merge.counts.unchanged, merge.counts.gone)
    }

    private func replaceSeen(_ records: [FetchRecord]) throws {
        guard options.keepsSeen else { return }
        var merge = SeenMerge(day: plan.day)
        let sorted = records.sorted { $0.movieID < $1.movieID }
        var rest = sorted[...]
        try store.replaceSeen { old, write in
            while let record = rest.first, record.movieID < (old?.movieID ?? .max) {
                rest.removeFirst()
                try write(merge.merge(record, with: nil))
            }
            guard let old else { return }
            if let record = rest.first, record.movieID == old.movieID {
                rest.removeFirst()
                try write(merge.merge(record, with: old))
            } else {
                try write(old)
            }
        }
    }
}
