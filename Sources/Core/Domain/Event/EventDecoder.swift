import JSON

/// Turns chunks of lines into batches of clean events. One decoder a thread.
public final class EventDecoder {
    private let parser: JSONParser
    private let clock: RunClock
    private let warningExamples: Int
    /// Made for the first event that lacks a key.
    private var keyHint: EventKeyHint?

    /// A decoder under a run's clock.
    ///
    /// - Parameter warningExamples: how many warnings of each reason a batch keeps to be shown.
    /// - Throws: `JSONError.noMemory`.
    public init(clock: RunClock, warningExamples: Int = 0) throws {
        self.clock = clock
        self.warningExamples = warningExamples
        self.parser = try JSONParser(keys: EventKey.allCases.map(\.name), keepsUnknown: false)
    }

    /// The chunk's lines, each a row or a rejection.
    public func decode(_ chunk: LineChunk) -> EventBatch {
        let batch = EventBatch(chunk: chunk, warningExamples: warningExamples)
        var cleaner = EventCleaner(clock: clock)
        let buffer = chunk.buffer
        for index in chunk.lines.indices {
            let line = chunk.lines[index]
            batch.read += 1
            if line.note >= 0, let rejection = chunk.rejectionByNote(of: line) {
                batch.rejections.append(rejection)
                continue
            }
            // Texts that are written anew are never longer than the line, but for what is derived from short ones.
            buffer.reserve(Int(line.span.length) + 512)
            do {
                let event = try parser.parse(buffer.bytes(at: Int(line.span.offset), count: Int(line.span.length)))
                var row = try cleaner.clean(event, in: buffer)
                row.line = UInt32(index)
                batch.append(row)
                for key in cleaner.misplaced {
                    batch.misplaced.add(key, source: chunk.source.name, line: line.number)
                }
                if !cleaner.longKeys.isEmpty { warn(of: cleaner.longKeys, line: index, in: batch) }
            } catch {
                batch.rejections.append(rejection(error, of: line, in: chunk, by: cleaner))
            }
        }
        parser.releaseLongLine()
        return batch
    }

    private func warn(of keys: [(key: EventKey, text: ByteRange)], line: Int, in batch: EventBatch) {
        let buffer = batch.chunk.buffer
        for (key, text) in keys {
            batch.warningTally.add(WarningReason(.eventKey(key)), line: line) {
                let bytes = buffer.bytes(at: Int(text.offset), count: Int(text.length))
                return "\(key.name) is \"\(FoundValue.shortened(bytes))\" of \(text.length) bytes"
            }
        }
    }

    private func rejection(_ error: any Error, of line: Line, in chunk: LineChunk, by cleaner: EventCleaner)
        -> Rejection
    {
        let bytes = chunk.buffer.bytes(at: Int(line.span.offset), count: Int(line.span.length))
        if let fault = error as? EventFault {
            let hint = fault.absentKey.flatMap { self.hint(for: $0, in: bytes) }.map { ". \($0)" } ?? ""
            var rejection = chunk.rejection(of: line, rule: fault.rule, message: fault.message + hint)
            rejection.identity = cleaner.identity
            return rejection
        }
        let message = MalformedLine.message(error as? JSONError ?? .structure, at: parser.faultOffset, of: bytes)
        return chunk.rejection(of: line, rule: .malformedJSON, message: message)
    }

    private func hint(for key: EventKey, in line: UnsafeRawBufferPointer) -> String? {
        if keyHint == nil { keyHint = try? EventKeyHint() }
        return keyHint?.words(for: key, in: line)
    }
}
