import Foundation
import Glibc
import Synchronization
import Testing

@testable import Logging

/// Keeps lines.
private final class MemoryLog: LogOutput {
    private let lines = Mutex<[String]>([])

    func write(line: [UInt8]) { lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }

    var text: String { lines.withLock { $0.joined() } }
}

@Suite struct LoggerTests {
    private static let clock: @Sendable () -> Int64 = { 1_795_510_800_123 }

    private static func logged(
        _ format: LogFormat = .text,
        level: LogLevel = .info,
        label: String = "",
        runID: Int64? = nil,
        _ write: (Logger) -> Void
    ) -> String {
        let output = MemoryLog()
        write(Logger(label: label, level: level, format: format, runID: runID, output: output, clock: clock))
        return output.text
    }

    @Test func textLinesHaveTheirForm() {
        let text = Self.logged(label: "files", runID: 42) {
            $0.info("loaded", ["rows": 3, "share": 0.5, "whole": true, "file": "a.ndjson", "two": "a b", "none": ""])
            $0.warning("no fields")
        }
        #expect(
            text == """
                2026-11-24T09:00:00.123Z INFO run=42 files: loaded rows=3 share=0.5 whole=true file=a.ndjson two="a b" none=""
                2026-11-24T09:00:00.123Z WARNING run=42 files: no fields

                """
        )
        #expect(Self.logged { $0.error("plain") } == "2026-11-24T09:00:00.123Z ERROR plain\n")
    }

    @Test func jsonLinesHaveTheirForm() {
        let text = Self.logged(.json, label: "files", runID: 42) {
            $0.info("loaded", ["rows": 3, "share": 0.5, "nan": .number(.nan), "whole": true, "file": "a\"b"])
            $0.error("twice", ["message": "other", "rows": 1, "rows": 2])
        }
        #expect(
            text == #"""
                {"time":"2026-11-24T09:00:00.123Z","level":"info","run":42,"label":"files","message":"loaded","rows":3,"share":0.5,"nan":null,"whole":true,"file":"a\"b"}
                {"time":"2026-11-24T09:00:00.123Z","level":"error","run":42,"label":"files","message":"twice","message_":"other","rows":1,"rows_":2}

                """#
        )
        #expect(
            Self.logged(.json) { $0.info("m") }
                == #"{"time":"2026-11-24T09:00:00.123Z","level":"info","message":"m"}"# + "\n"
        )
    }

    /// Text that tries to become more than one line, or something else on a terminal.
    static let hostile = [
        "a\nb", "a\r\nb", "\u{1B}[2J", "\u{0}", "tab\tquote\" back\\", "\u{2028}\u{85}\u{7F}", "\"\u{301} = x",
        "\u{202E}abc",
        String(repeating: "é😀", count: 2000), "=", "\u{10FFFF}",
    ]

    @Test(arguments: hostile)
    func aLineStaysALine(message: String) throws {
        let text = Self.logged { $0.info(message, ["field": .string(message)]) }
        let scalars = text.unicodeScalars
        #expect(scalars.last == "\n")
        let controls = scalars.dropLast().filter {
            $0.value < 0x20 || (0x7F...0x9F).contains($0.value) || $0.value == 0x2028
        }
        #expect(controls.isEmpty)
    }

    @Test(arguments: hostile)
    func jsonCarriesAnyText(message: String) throws {
        let text = Self.logged(.json) { $0.info(message, ["field": .string(message), message: 1]) }
        #expect(text.utf8.filter { $0 == UInt8(ascii: "\n") }.count == 1)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(object["message"] as? String == message)
        #expect(object["field"] as? String == message)
        #expect(object[message] as? Int == 1)
    }

    @Test(arguments: LogLevel.allCases)
    func lowerLevelsAreLeftOut(level: LogLevel) {
        for other in LogLevel.allCases {
            var isEvaluated = false
            func message() -> String {
                isEvaluated = true
                return "m"
            }
            let text = Self.logged(level: level) { $0.log(other, message()) }
            #expect(text.isEmpty == (other < level))
            #expect(isEvaluated == !text.isEmpty, "a message that is not written must not be made")
        }
    }

    @Test func eachLevelHasItsMethod() {
        let text = Self.logged(level: .trace) {
            $0.trace("m"); $0.debug("m"); $0.info("m"); $0.notice("m"); $0.warning("m"); $0.error("m"); $0.critical("m")
        }
        let levels = text.split(separator: "\n").map { $0.split(separator: " ")[1].lowercased() }
        #expect(levels == LogLevel.allCases.map(\.rawValue))
        #expect(LogLevel.allCases == LogLevel.allCases.sorted())
    }

    @Test func derivedLoggersChangeNothingElse() {
        let text = Self.logged { logger in
            logger.forRun(7).info("m", ["y": 2])
            logger.info("m")
        }
        #expect(text == "2026-11-24T09:00:00.123Z INFO run=7 m y=2\n2026-11-24T09:00:00.123Z INFO m\n")
    }

    @Test(arguments: LogFormat.allCases)
    func passwordsAreTakenOut(format: LogFormat) {
        let text = Self.logged(format) {
            $0.error(
                "no answer from postgresql://u:hunter2@db/movies",
                ["url": "mongodb://u:hunter2@db", "dsn": "host=db password=hunter2", "sslPassword": "hunter2"]
            )
        }
        #expect(!text.contains("hunter2"))
        #expect(text.contains("postgresql://u:***@db/movies"))
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (1_709_251_199_999, "2024-02-29T23:59:59.999Z"), (1_709_251_200_000, "2024-03-01T00:00:00.000Z"),
        (1_735_689_599_001, "2024-12-31T23:59:59.001Z"), (Int64.min, "0001-01-01T00:00:00.000Z"),
        (Int64.max, "9999-12-31T23:59:59.999Z"), (-2_203_891_200_001, "1900-02-28T23:59:59.999Z"),
    ])
    func timestamps(milliseconds: Int64, text: String) { #expect(LogTime.text(milliseconds: milliseconds) == text) }

    @Test func theSystemClockRuns() {
        let difference = SystemClock.milliseconds() - Int64(Date().timeIntervalSince1970 * 1000)
        #expect(abs(difference) < 5000)
    }
}

@Suite struct StandardErrorLogTests {
    /// Long lines by many threads into a pipe, which takes them in parts: each comes out whole.
    @Test func linesNeverInterleave() async throws {
        var ends: [CInt] = [0, 0]
        #expect(pipe(&ends) == 0)
        // A server that another test starts meanwhile would keep the pipe open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let (reader, writer) = (ends[0], ends[1])
        let logger = Logger(output: StandardErrorLog(descriptor: writer))
        let (writers, lines, length) = (8, 50, 20_000)
        let everything = await withTaskGroup(of: [UInt8].self) { group in
            group.addTask { Self.readAll(reader) }
            await withTaskGroup(of: Void.self) { tasks in
                for number in 0..<writers {
                    let letter = String(UnicodeScalar(UInt8(ascii: "a") + UInt8(number)))
                    tasks.addTask {
                        for line in 0..<lines {
                            logger.info(String(repeating: letter, count: length), ["line": .integer(line)])
                        }
                    }
                }
            }
            close(writer)
            return await group.next() ?? []
        }
        close(reader)
        let found = everything.split(separator: UInt8(ascii: "\n"))
        #expect(found.count == writers * lines)
        for line in found {
            let words = line.split(separator: UInt8(ascii: " "))
            #expect(words.count == 4)
            #expect(words[2].count == length && Set(words[2]).count == 1)
        }
    }

    private static func readAll(_ descriptor: CInt) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
    }

    @Test func aLogThatCannotBeWrittenIsPassedOver() {
        Logger(output: StandardErrorLog(descriptor: -1)).error("to nowhere")
        Logger.silent.critical("to nowhere")
    }
}
