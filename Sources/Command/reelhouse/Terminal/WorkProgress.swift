import JSON
import Logging

import enum Domain.NumberFormat

/// The progress of long work.
struct WorkProgress: Sendable, Equatable {
    /// The things that are counted.
    enum Noun: Sendable {
        case lines
        case rows
        case messages
        case documents
        case entries

        func count(_ number: Int64) -> String {
            switch self {
            case .lines: NumberFormat.count(number, "line", "lines")
            case .rows: NumberFormat.count(number, "row", "rows")
            case .messages: NumberFormat.count(number, "message", "messages")
            case .documents: NumberFormat.count(number, "document", "documents")
            case .entries: NumberFormat.count(number, "entry", "entries")
            }
        }
    }

    /// The work in a word or two, such as `events`.
    var label: String
    /// How many bytes of input were used so far, as they are stored (compressed), and how many there are in all; nil if
    /// that is not known.
    var bytesDone: Int64 = 0
    var bytesTotal: Int64?
    /// How many lines were read so far.
    var read: Int64 = 0
    var rejected: Int64 = 0
    var noun = Noun.lines
    /// How many rows there are in all, where rows are counted and the bytes are not known.
    var rowsTotal: Int64?
    /// How many requests were made again, and how many came to nothing.
    var retries: Int64 = 0
    var failures: Int64 = 0
}

/// The progress at a moment, with rate and remaining time.
struct ProgressReading: Equatable {
    var progress: WorkProgress
    var elapsedSeconds: Double
    /// The recent rate in lines per second; nil at the start.
    var linesPerSecond: Double?
    /// The share that is done, from 0 to 1; nil if the total is not known.
    var share: Double?
    var secondsLeft: Double?
}

/// Computes rate and remaining time from earlier progress. It has no clock: the time is a parameter.
struct ProgressMeter {
    private struct Sample {
        var seconds: Double
        var bytes: Int64
        var read: Int64
    }

    /// Rates are those of the last 30 seconds: short enough to follow the work, long enough to be steady.
    private static let window = 30.0
    private let start: Double
    private var samples: [Sample] = []
    private var label: String?

    /// Creates the meter of work that begins at a moment in seconds.
    init(start: Double) { self.start = start }

    /// Adds the progress at a moment, and gives the reading of that moment.
    mutating func read(_ progress: WorkProgress, at seconds: Double) -> ProgressReading {
        // Other work has another rate, and a run that resumes does not start at 0.
        if progress.label != label {
            label = progress.label
            samples = []
        }
        let sample = Sample(seconds: seconds, bytes: progress.bytesDone, read: progress.read)
        if samples.last.map({ seconds - $0.seconds >= 1 }) ?? true { samples.append(sample) }
        while samples.count > 2, seconds - samples[1].seconds > Self.window { samples.removeFirst() }
        var reading = ProgressReading(progress: progress, elapsedSeconds: max(0, seconds - start))
        if let total = progress.bytesTotal, total > 0 {
            reading.share = min(1, max(0, Double(progress.bytesDone) / Double(total)))
        }
        if let total = progress.rowsTotal, total > 0 {
            reading.share = min(1, max(0, Double(progress.read) / Double(total)))
        }
        guard let first = samples.first, seconds - first.seconds >= 0.5 else { return reading }
        let duration = seconds - first.seconds
        reading.linesPerSecond = max(0, Double(progress.read - first.read) / duration)
        let bytesPerSecond = Double(progress.bytesDone - first.bytes) / duration
        if let total = progress.bytesTotal, bytesPerSecond > 0 {
            reading.secondsLeft = Double(max(0, total - progress.bytesDone)) / bytesPerSecond
        }
        if let total = progress.rowsTotal, let rate = reading.linesPerSecond, rate > 0 {
            reading.secondsLeft = Double(max(0, total - progress.read)) / rate
        }
        return reading
    }
}

extension ProgressReading {
    /// `[0:34] events  42%  1,234,567 lines  812,345/s  12 rejected  1 min 3 s left`.
    var plainText: String { text(parts, bar: nil) }

    /// The same text, shorter than a width in columns: with a bar if the width is enough, and without the least
    /// important parts if it is not. No part is cut.
    func liveText(width: Int) -> String {
        // The last column stays free, since some terminals begin a new line when it is written.
        let room = max(0, width - 1)
        var texts = [30, 20, 10].map { text(parts, bar: $0) } + [plainText]
        var kept = parts
        for dropped in [PartKind.rate, .rejected, .count, .timeLeft, .share] {
            kept.removeAll { $0.kind == dropped }
            texts.append(text(kept, bar: nil))
        }
        return texts.first { DisplayWidth.of($0) <= room } ?? DisplayWidth.truncate(text(kept, bar: nil), to: room)
    }

    private enum PartKind { case label, share, count, rate, rejected, timeLeft }

    private func text(_ parts: [(kind: PartKind, text: String)], bar: Int?) -> String {
        parts.map { part in
            guard let bar, let share, part.kind == .share else { return part.text }
            let filled = BarChart.bar(share: share, width: bar)
            return filled + String(repeating: "░", count: bar - filled.count) + "  " + part.text
        }.joined(separator: "  ")
    }

    private var parts: [(kind: PartKind, text: String)] {
        var parts: [(kind: PartKind, text: String)] = [
            (.label, "[\(NumberFormat.clock(seconds: elapsedSeconds))] \(PlainText.escape(progress.label))")
        ]
        if let share { parts.append((.share, NumberFormat.percent(share))) }
        if progress.read > 0 { parts.append((.count, progress.noun.count(progress.read))) }
        if let linesPerSecond, progress.read > 0 { parts.append((.rate, NumberFormat.rate(linesPerSecond))) }
        if progress.rejected > 0 { parts.append((.rejected, "\(NumberFormat.grouped(progress.rejected)) rejected")) }
        if progress.retries > 0 { parts.append((.rejected, "\(NumberFormat.grouped(progress.retries)) retries")) }
        if progress.failures > 0 { parts.append((.rejected, "\(NumberFormat.grouped(progress.failures)) failed")) }
        if let secondsLeft, share.map({ $0 < 1 }) == true {
            parts.append((.timeLeft, NumberFormat.duration(seconds: secondsLeft.rounded(.up)) + " left"))
        }
        return parts
    }

    /// One JSON object: `message_type` (`progress`), `label`, `seconds`, `read`, `rejected`, `bytes_done`, and if known
    /// `bytes_total`, `share`, `lines_per_second`, `seconds_left`.
    var jsonText: String {
        func rounded(_ value: Double) -> JSONText { .real((value * 1000).rounded() / 1000) }
        var members: [(key: String, value: JSONText)] = [
            ("message_type", "progress"), ("label", .string(progress.label)), ("seconds", rounded(elapsedSeconds)),
            ("read", .integer(progress.read)), ("rejected", .integer(progress.rejected)),
            ("bytes_done", .integer(progress.bytesDone)),
        ]
        if let total = progress.bytesTotal { members.append(("bytes_total", .integer(total))) }
        if let total = progress.rowsTotal { members.append(("rows_total", .integer(total))) }
        if progress.retries > 0 { members.append(("retries", .integer(progress.retries))) }
        if progress.failures > 0 { members.append(("failures", .integer(progress.failures))) }
        if let share { members.append(("share", rounded(share))) }
        if let linesPerSecond { members.append(("lines_per_second", rounded(linesPerSecond))) }
        if let secondsLeft { members.append(("seconds_left", rounded(secondsLeft))) }
        return JSONText.object(members).compact
    }
}
