import JSON

/// Turns chunks of lines into batches of clean events. Used by one thread at a time.
///
///     let decoder = try EventDecoder(clock: RunClock(now: now))
///     let batch = try decoder.decode(chunk)
///     // batch.rows has the accepted events, batch.rejections the lines that broke a rule.
public final class EventDecoder {
    private let parser: JSONParser
    /// The run's clock, which events are compared with.
    public var clock: RunClock
    private let warningExamples: Int
    /// Created for the first event that lacks a key.
    private var keyHint: EventKeyHint?

    /// Creates a decoder under a run's clock.
    ///
    /// - Parameter warningExamples: how many warnings of each reason a batch keeps to be shown.
    /// - Throws: `OutOfMemory`.
    public convenience init(clock: RunClock, warningExamples: Int = 0) throws(OutOfMemory) {
        try self.init(clock: clock, warningExamples: warningExamples, longestLine: .max)
    }

    /// Creates a decoder that gets no memory for lines longer than `longestLine` bytes; for tests.
    init(clock: RunClock, warningExamples: Int = 0, longestLine: Int) throws(OutOfMemory) {
        self.clock = clock
        self.warningExamples = warningExamples
        parser = try JSONParser(keys: EventKey.allCases.map(\.name), keepsUnknown: false, longestLine: longestLine)
    }

    /// Makes a row or a rejection of each line of a chunk.
    ///
    /// - Throws: `OutOfMemory`. No line is rejected for it.
    public func decode(_ chunk: LineChunk) throws -> EventBatch {
        let batch = EventBatch(chunk: chunk, warningExamples: warningExamples)
        var cleaner = EventCleaner(clock: clock)
        for index in chunk.lines.indices {
            let line = chunk.lines[index]
            batch.read += 1
            if line.note >= 0, let rejection = chunk.rejectionByNote(of: line) {
                batch.rejections.append(rejection)
                continue
            }
            do {
                batch.append(try row(of: line, at: index, in: chunk.buffer, &cleaner))
                for key in cleaner.misplaced {
                    batch.misplaced.add(key, source: chunk.source.name, line: line.number)
                }
                if !cleaner.longKeys.isEmpty { warn(of: cleaner.longKeys, line: index, in: batch) }
            } catch let fault as EventFault {
                batch.rejections.append(rejection(fault, of: line, in: chunk, by: cleaner))
            } catch let error as JSONError {
                batch.rejections.append(rejection(error, of: line, in: chunk))
            }
        }
        parser.releaseLongLine()
        return batch
    }

    /// Parses and cleans a line.
    ///
    /// - Throws: `EventFault`, `JSONError` where the line breaks a rule; `OutOfMemory`.
    @inline(__always)
    private func row(
        of line: Line, at index: Int, in buffer: ByteBuffer, _ cleaner: inout EventCleaner
    ) throws -> EventRow {
        // Texts that cleaning writes anew are seldom longer than the line. With this room the buffer seldom grows while
        // the line is read, which would copy it.
        buffer.reserve(Int(line.span.length) + 512)
        return try buffer.reading(at: Int(line.span.offset), count: Int(line.span.length)) { bytes in
            var row = try cleaner.clean(parser.parse(bytes), in: buffer)
            row.line = UInt32(index)
            return row
        }
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

    private func rejection(
        _ fault: EventFault, of line: Line, in chunk: LineChunk, by cleaner: EventCleaner
    ) -> Rejection {
        let bytes = chunk.buffer.bytes(at: Int(line.span.offset), count: Int(line.span.length))
        let hint = fault.absentKey.flatMap { self.hint(for: $0, in: bytes) }.map { ". \($0)" } ?? ""
        var rejection = chunk.rejection(of: line, rule: fault.rule, message: fault.message + hint)
        rejection.identity = fault.identity
        return rejection
    }

    private func rejection(_ error: JSONError, of line: Line, in chunk: LineChunk) -> Rejection {
        let bytes = chunk.buffer.bytes(at: Int(line.span.offset), count: Int(line.span.length))
        let message = MalformedLine.message(error, at: parser.faultOffset, of: bytes)
        return chunk.rejection(of: line, rule: .malformedJSON, message: message)
    }

    /// Which key may be meant, in words; nil where there is no guess, or no memory for one.
    private func hint(for key: EventKey, in line: UnsafeRawBufferPointer) -> String? {
        if keyHint == nil { keyHint = try? EventKeyHint() }
        return keyHint?.words(for: key, in: line)
    }
}
