import Foundation
import Logging
import Synchronization
import Testing

@testable import reelhouse

/// A clock that a test sets.
private final class TestClock: Sendable {
    private let seconds = Mutex(100.0)

    func advance(by difference: Double) { seconds.withLock { $0 += difference } }

    var read: @Sendable () -> Double {
        { [self] in seconds.withLock { $0 } }
    }
}

/// Counts on any thread.
private final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    func increment() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}

@Suite struct ProgressSettingsTests {
    @Test(
        arguments: [
            (true, false, .text, [:], .live, 0.1), (false, false, .text, [:], .lines(.text), 10),
            (true, true, .text, [:], .off, .infinity), (false, true, .text, [:], .off, .infinity),
            (true, false, .text, ["REELHOUSE_NO_PROGRESS": "1"], .off, .infinity),
            (true, false, .text, ["REELHOUSE_NO_PROGRESS": ""], .live, 0.1),
            (true, false, .text, ["NO_COLOR": "1"], .live, 0.1),
            (true, false, .text, ["TERM": "dumb"], .lines(.text), 10),
            (false, false, .text, ["REELHOUSE_PROGRESS_SECONDS": "60"], .lines(.text), 60),
            (false, false, .text, ["REELHOUSE_PROGRESS_SECONDS": "0"], .lines(.text), 0.1),
            (false, false, .text, ["REELHOUSE_PROGRESS_SECONDS": "-1"], .lines(.text), 10),
            (false, false, .text, ["REELHOUSE_PROGRESS_SECONDS": "often"], .lines(.text), 10),
            (true, false, .json, [:], .lines(.json), 1), (true, true, .json, [:], .lines(.json), 1),
            (false, false, .json, ["REELHOUSE_PROGRESS_SECONDS": "5"], .lines(.json), 5),
        ] as [(Bool, Bool, ProgressLine.Format, [String: String], ProgressLine.Mode, Double)]
    )
    func settings(
        isTerminal: Bool,
        isQuiet: Bool,
        format: ProgressLine.Format,
        environment: [String: String],
        mode: ProgressLine.Mode,
        interval: Double
    ) {
        let settings = ProgressLine.Settings(
            isTerminal: isTerminal,
            isQuiet: isQuiet,
            format: format,
            environment: environment
        )
        #expect(settings.mode == mode)
        #expect(settings.intervalSeconds == interval)
    }
}

@Suite struct ProgressMeterTests {
    private static func progress(_ bytes: Int64, of total: Int64? = 1000, read: Int64 = 0) -> WorkProgress {
        WorkProgress(label: "events", bytesDone: bytes, bytesTotal: total, read: read)
    }

    @Test func ratesComeFromWhatWasSeen() {
        var meter = ProgressMeter(start: 0)
        // A run that resumes at half of its input does not take that for speed.
        let first = meter.read(Self.progress(500, read: 0), at: 0)
        #expect(first == ProgressReading(progress: Self.progress(500), elapsedSeconds: 0, share: 0.5))
        let second = meter.read(Self.progress(600, read: 2000), at: 10)
        #expect(second.linesPerSecond == 200)
        #expect(second.secondsLeft == 40)
        #expect(second.share == 0.6)
    }

    @Test func ratesFollowTheWork() throws {
        var meter = ProgressMeter(start: 0)
        var reading = meter.read(Self.progress(0, of: 1_000_000), at: 0)
        for second in 1...100 {
            reading = meter.read(
                Self.progress(Int64(second * 1000), of: 1_000_000, read: Int64(second * 10)),
                at: Double(second)
            )
        }
        #expect(reading.linesPerSecond == 10)
        // Ten times as slow from here on: after the window nothing is left of the old rate.
        for second in 1...40 {
            let read = Self.progress(Int64(100_000 + second * 100), of: 1_000_000, read: Int64(1000 + second))
            reading = meter.read(read, at: Double(100 + second))
        }
        #expect(reading.linesPerSecond == 1)
        #expect(reading.secondsLeft == 8960)
    }

    @Test func anotherLabelBeginsAnew() {
        var meter = ProgressMeter(start: 0)
        _ = meter.read(Self.progress(0), at: 0)
        _ = meter.read(Self.progress(500, read: 5000), at: 10)
        var marts = WorkProgress(label: "marts")
        #expect(meter.read(marts, at: 11) == ProgressReading(progress: marts, elapsedSeconds: 11))
        marts.read = 10
        #expect(meter.read(marts, at: 12).linesPerSecond == 10)
    }

    @Test(arguments: [(0, nil), (1000, 0), (2000, 0)] as [(Int64, Double?)])
    func theEndIsInSight(bytes: Int64, secondsLeft: Double?) {
        var meter = ProgressMeter(start: 0)
        _ = meter.read(Self.progress(0), at: 0)
        let reading = meter.read(Self.progress(bytes), at: 5)
        #expect(reading.secondsLeft == secondsLeft)
        #expect(reading.share == min(1, Double(bytes) / 1000))
    }

    @Test func readingsAsText() throws {
        let progress = WorkProgress(
            label: "events",
            bytesDone: 420,
            bytesTotal: 1000,
            read: 1_234_567,
            rejected: 12
        )
        let reading = ProgressReading(
            progress: progress,
            elapsedSeconds: 34.2,
            linesPerSecond: 812_345.4,
            share: 0.42,
            secondsLeft: 62.1
        )
        #expect(
            reading.plainText
                == "[0:34] events  42%  1,234,567 lines  812,345/s  12 rejected  1 min 3 s left"
        )
        #expect(
            reading.liveText(width: 120)
                == "[0:34] events  ████████████▋░░░░░░░░░░░░░░░░░  42%  1,234,567 lines  812,345/s  12 rejected  1 min 3 s left"
        )
        let object = try #require(try JSONSerialization.jsonObject(with: Data(reading.jsonText.utf8)) as? [String: Any])
        #expect(object["message_type"] as? String == "progress")
        #expect(object["seconds"] as? Double == 34.2)
        #expect(object["read"] as? Int == 1_234_567)
        #expect(object["rejected"] as? Int == 12)
        #expect(object["share"] as? Double == 0.42)
        #expect(object["bytes_total"] as? Int == 1000)
        #expect(object["seconds_left"] as? Double == 62.1)
        let bare = ProgressReading(progress: WorkProgress(label: "m\"\n"), elapsedSeconds: 0)
        #expect(bare.plainText == "[0:00] m\"\\n")
        #expect(
            bare.jsonText
                == #"{"message_type":"progress","label":"m\"\n","seconds":0.0,"read":0,"rejected":0,"bytes_done":0}"#
        )
    }

    @Test(arguments: [0, 1, 5, 20, 40, 79, 80, 81, 100, 120, 200])
    func theLiveLineFits(width: Int) {
        for share in [0, 0.001, 0.5, 0.999, 1] {
            let reading = ProgressReading(
                progress: WorkProgress(label: "événements", read: 123_456_789, rejected: 3),
                elapsedSeconds: 5000,
                linesPerSecond: 99,
                share: share,
                secondsLeft: 7000
            )
            #expect(DisplayWidth.of(reading.liveText(width: width)) <= max(0, width - 1))
        }
    }
}

@Suite struct ProgressLineTests {
    private static let erase = "\r\u{1B}[K"

    private static func line(
        _ output: MemoryOutput,
        _ clock: TestClock,
        format: ProgressLine.Format = .text,
        isQuiet: Bool = false
    ) -> ProgressLine {
        let settings = ProgressLine.Settings(
            isTerminal: output.isTerminal,
            isQuiet: isQuiet,
            format: format,
            environment: [:]
        )
        return ProgressLine(output: output, settings: settings, clock: clock.read)
    }

    @Test func theLiveLineTicksTenTimesASecond() {
        let (output, clock) = (MemoryOutput(width: 80), TestClock())
        let line = Self.line(output, clock)
        line.update(WorkProgress(label: "a"))
        #expect(output.take() == Self.erase + "[0:00] a")
        clock.advance(by: 0.05)
        line.update(WorkProgress(label: "a", read: 1))
        #expect(output.take() == "", "too soon")
        clock.advance(by: 0.06)
        line.update(WorkProgress(label: "a", read: 2))
        #expect(output.take() == Self.erase + "[0:00] a  2 lines")
        clock.advance(by: 0.2)
        line.update(WorkProgress(label: "a", read: 2))
        #expect(output.take() == "", "nothing has changed")
    }

    @Test func whatIsWrittenPushesTheLiveLineDown() {
        let (output, clock) = (MemoryOutput(width: 80), TestClock())
        let line = Self.line(output, clock)
        let logger = Logger(output: line, clock: { 0 })
        logger.info("before")
        line.update(WorkProgress(label: "a"))
        logger.info("between")
        #expect(
            output.take()
                == "1970-01-01T00:00:00.000Z INFO before\n" + Self.erase + "[0:00] a"
                + Self.erase + "1970-01-01T00:00:00.000Z INFO between\n[0:00] a"
        )
        line.finish()
        #expect(output.take() == Self.erase)
        clock.advance(by: 1)
        line.update(WorkProgress(label: "a", read: 9))
        line.finish()
        logger.info("after")
        #expect(output.take() == "1970-01-01T00:00:00.000Z INFO after\n")
    }

    @Test func aClearedLineComesBack() {
        let (output, clock) = (MemoryOutput(width: 80), TestClock())
        let line = Self.line(output, clock)
        line.update(WorkProgress(label: "a"))
        line.clear()
        line.clear()
        clock.advance(by: 0.2)
        line.update(WorkProgress(label: "a"))
        #expect(output.take() == Self.erase + "[0:00] a" + Self.erase + Self.erase + "[0:00] a")
    }

    @Test func offATerminalLinesComeNowAndThen() {
        let (output, clock) = (MemoryOutput(), TestClock())
        let line = Self.line(output, clock)
        for second in 0...25 {
            line.update(WorkProgress(label: "a", read: Int64(second) * 10))
            clock.advance(by: 1)
        }
        line.finish()
        #expect(output.text == "[0:01] a  10 lines  10/s\n[0:11] a  110 lines  10/s\n[0:21] a  210 lines  10/s\n")
    }

    @Test func jsonLinesComeEachSecond() {
        let (output, clock) = (MemoryOutput(width: 80), TestClock())
        let line = Self.line(output, clock, format: .json, isQuiet: true)
        for _ in 0..<5 {
            line.update(WorkProgress(label: "a"))
            clock.advance(by: 0.5)
        }
        let lines = output.text.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.allSatisfy { $0.hasPrefix(#"{"message_type":"progress","label":"a""#) })
    }

    @Test func quietShowsNothingUnlessAsked() {
        let (output, clock) = (MemoryOutput(width: 80), TestClock())
        let line = Self.line(output, clock, isQuiet: true)
        line.update(WorkProgress(label: "a"))
        #expect(output.take() == "")
        clock.advance(by: 61)
        line.report(WorkProgress(label: "a", read: 3))
        #expect(output.take() == "[1:01] a  3 lines\n")
    }

    @Test func resultsOnTheSameTerminalTakeTheLiveLineAway() throws {
        let (output, errors) = (MemoryOutput(width: 80), MemoryOutput(width: 80))
        let console = Console(output: output, errors: errors, environment: [:])
        console.progress.update(WorkProgress(label: "a"))
        try console.print("result")
        #expect(errors.text.hasSuffix(Self.erase))
        #expect(output.text == "result\n")
    }

    @Test func theTickerAsksUntilItIsStopped() throws {
        let output = MemoryOutput(width: 80)
        let line = ProgressLine(
            output: output,
            settings: .init(isTerminal: true, isQuiet: false, format: .text, environment: [:])
        )
        let asked = Counter()
        let ticker = ProgressTicker(line) { WorkProgress(label: "a", read: Int64(asked.increment())) }
        let deadline = Date(timeIntervalSinceNow: 10)
        while asked.value < 3, Date() < deadline { Thread.sleep(forTimeInterval: 0.01) }
        ticker.stop()
        let atStop = asked.value
        #expect(atStop >= 3)
        #expect(output.text.contains("[0:00] a  1 line"))
        Thread.sleep(forTimeInterval: 0.3)
        #expect(asked.value == atStop)
    }

    @Test func theTickerLeavesQuietWorkAlone() {
        let line = ProgressLine(
            output: MemoryOutput(),
            settings: .init(isTerminal: true, isQuiet: true, format: .text, environment: [:])
        )
        let asked = Counter()
        let ticker = ProgressTicker(line) { WorkProgress(label: "a", read: Int64(asked.increment())) }
        Thread.sleep(forTimeInterval: 0.25)
        ticker.stop()
        #expect(asked.value == 0)
    }
}
