import Foundation
import Glibc
import Logging
import Testing

@testable import reelhouse

@Suite struct ConsoleTests {
    @Test func reportsHaveTheirForm() {
        let plain = TextStyle(isStyled: false)
        #expect(
            Report(message: "a.ndjson, line 3: no title", hint: "see 'x'").text(plain)
                == "error: a.ndjson, line 3: no title\n\nhint: see 'x'\n"
        )
        #expect(Report(kind: .warning, message: "odd").text(plain) == "warning: odd\n")
        #expect(
            Report(message: "two\nlines\u{1B}[2J", hint: "not postgresql://u:p@h").text(plain)
                == "error: two\nlines\\u{1b}[2J\n\nhint: not postgresql://u:***@h\n"
        )
        let styled = Report(message: "m", hint: "h").text(TextStyle(isStyled: true))
        let stripped = styled.replacing(/\u{1B}\[[0-9;]*m/, with: "")
        #expect(styled != stripped)
        #expect(stripped == "error: m\n\nhint: h\n", "colour must not carry meaning")
    }

    @Test(arguments: [
        (true, [:], true), (false, [:], false), (true, ["NO_COLOR": "1"], false), (true, ["NO_COLOR": ""], true),
        (true, ["TERM": "dumb"], false), (true, ["TERM": "xterm"], true),
    ])
    func styles(isTerminal: Bool, environment: [String: String], isStyled: Bool) {
        #expect(TextStyle(isTerminal: isTerminal, environment: environment).isStyled == isStyled)
    }

    @Test func resultsAndMessagesGoTheirWays() throws {
        let (output, errors) = (MemoryOutput(), MemoryOutput())
        let console = Console(output: output, errors: errors, environment: [:])
        try console.print("result")
        console.say("message")
        console.report(Report(message: "failed"))
        Logger(output: console.progress, clock: { 0 }).info("logged")
        try console.finish()
        #expect(output.text == "result\n")
        #expect(errors.text == "message\nerror: failed\n1970-01-01T00:00:00.000Z INFO logged\n")
    }

    @Test func quietLeavesErrorsAndResults() throws {
        let (output, errors) = (MemoryOutput(), MemoryOutput())
        let console = Console(output: output, errors: errors, environment: [:], isQuiet: true)
        var table = TextTable([.text("a"), .text("b")])
        table.add(["1", "2"])
        try console.print(table)
        console.say("message")
        console.report(Report(kind: .warning, message: "odd"))
        #expect(output.text == "1\n")
        #expect(errors.text == "warning: odd\n")
    }

    @Test func theEnvironmentIsRead() {
        #expect(Console.processEnvironment()["PATH"] == ProcessInfo.processInfo.environment["PATH"])
        #expect(Console.processEnvironment().count == ProcessInfo.processInfo.environment.count)
    }

    @Test(arguments: [(nil, 80), (60, 60), (300, 100)] as [(Int?, Int)])
    func textIsNoWiderThanReadable(width: Int?, textWidth: Int) {
        #expect(
            Console(output: MemoryOutput(width: width), errors: MemoryOutput(), environment: [:]).textWidth == textWidth
        )
    }
}

@Suite struct FileOutputTests {
    @Test func writesAllInOrder() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "output-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: url) }
        let descriptor = open(url.path, O_CREAT | O_WRONLY, 0o600)
        defer { close(descriptor) }
        let output = FileOutput(descriptor: descriptor, isBuffered: true)
        #expect(!output.isTerminal)
        #expect(output.width == nil)
        try output.write("first ")
        #expect(lseek(descriptor, 0, SEEK_CUR) == 0, "short output is kept back")
        try output.write(String(repeating: "x", count: 200_000))
        try output.write(" last")
        try output.flush()
        let text = try String(contentsOf: url, encoding: .utf8)
        #expect(text == "first " + String(repeating: "x", count: 200_000) + " last")
    }

    @Test func aFullDiskIsAnErrorThatStays() throws {
        let descriptor = open("/dev/full", O_WRONLY)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let output = FileOutput(descriptor: descriptor, isBuffered: true)
        try output.write("kept back")
        for _ in 0..<2 {
            #expect(throws: OutputError.failed(errno: ENOSPC)) { try output.flush() }
            #expect(throws: OutputError.failed(errno: ENOSPC)) { try output.write("x") }
        }
        #expect(
            OutputError.failed(errno: ENOSPC).description == "the output cannot be written: No space left on device"
        )
        let failure = Failure(OutputError.failed(errno: ENOSPC))
        #expect(failure.report.message == "the output cannot be written: No space left on device")
        #expect(failure.report.hint?.contains("Free some space") == true)
    }

    @Test func aReaderThatLeftIsToldApart() throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [CInt] = [0, 0]
        #expect(pipe(&ends) == 0)
        close(ends[0])
        defer { close(ends[1]) }
        let output = FileOutput(descriptor: ends[1], isBuffered: false)
        #expect(throws: OutputError.closed) { try output.write("x") }
    }

    /// A pseudo-terminal has a width, and is not buffered.
    @Test func aTerminalIsRecognised() throws {
        let main = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        try #require(main >= 0)
        // TIOCSPTLCK and TIOCGPTN, which Swift does not import: unlock the other end, and learn its number.
        var (isLocked, number): (CInt, CInt) = (0, 0)
        try #require(ioctl(main, 0x4004_5431, &isLocked) == 0 && ioctl(main, 0x8004_5430, &number) == 0)
        let name = "/dev/pts/\(number)"
        let descriptor = open(name, O_RDWR | O_NOCTTY)
        try #require(descriptor >= 0)
        defer {
            close(descriptor)
            close(main)
        }
        var size = winsize(ws_row: 24, ws_col: 132, ws_xpixel: 0, ws_ypixel: 0)
        #expect(ioctl(main, UInt(TIOCSWINSZ), &size) == 0)
        let output = FileOutput(descriptor: descriptor, isBuffered: true)
        #expect(output.isTerminal)
        #expect(output.width == 132)
        try output.write("hello\n")
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = read(main, &bytes, bytes.count)
        #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self) == "hello\r\n")
        size.ws_col = 0
        #expect(ioctl(main, UInt(TIOCSWINSZ), &size) == 0)
        #expect(output.width == 80)
    }
}
