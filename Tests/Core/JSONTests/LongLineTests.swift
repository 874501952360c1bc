import Glibc
import JSON
import Testing

/// Lines up to 16 MiB, and what they leave behind.
@Suite(.serialized) struct LongLineTests {
    static let limit = 16 << 20

    private static func line(_ start: String, _ filling: String, _ end: String, count: Int = limit) -> [UInt8] {
        var line = Array(start.utf8)
        line.reserveCapacity(count)
        for units in [4096, 1] {
            let piece = Array(String(repeating: filling, count: units).utf8)
            while line.count + piece.count + end.utf8.count <= count { line += piece }
        }
        line += end.utf8
        return line + [UInt8](repeating: 0x20, count: count - line.count)
    }

    @Test func theLimitIsSixteenMebibytes() {
        #expect(fault(Self.line(#"{"a":""#, "x", #""}"#)) == nil)
        #expect(fault(Self.line(#"{"a":""#, "x", #""}"#, count: Self.limit + 1)) == .tooLong)
    }

    @Test(
        arguments: [
            (#"{"a":["#, "0,", "0]}", nil), (#"{"a":""#, #"\n"#, #""}"#, nil), (#"{"a":"#, "1", "}", nil),
            ("{", #""":0,"#, #""":0}"#, nil),
            ("", "[", "", .tooDeep), ("", #"{"a":"#, "", .tooDeep), (#"{"a":"#, "[", "", .tooDeep),
            (#"{"a":"#, "[],", "", .structure),
            (#"{"a":["#, "0,", "", .cutOff), ("", #"""#, "", .trailing), (#"{"a":""#, "x", "", .cutOff),
            (#"{"a":["#, "{},", "nul]}", .invalidLiteral),
        ] as [(String, String, String, JSONError?)]
    )
    func hostileLinesAreReadToTheirFault(start: String, filling: String, end: String, expected: JSONError?) {
        // A multiple of the filling, so that no white space is left after the end.
        let count = start.utf8.count + end.utf8.count + 200_000 * filling.utf8.count
        let line = Self.line(start, filling, end, count: count)
        #expect(fault(line) == expected)
        #expect(fault(line, keepsUnknown: false) == expected)
    }

    /// A sanitizer keeps what is freed, to find its use.
    private static let freesAtOnce = dlsym(nil, "__asan_init") == nil && dlsym(nil, "__tsan_init") == nil

    @Test(.enabled(if: freesAtOnce, "a sanitizer keeps freed memory"))
    func aLongLinesBuffersAreReleasedByTheNext() throws {
        let parser = try JSONParser(keys: [], keepsUnknown: true)
        let long = PaddedLine(Self.line(#"{"a":["#, "0,", "0]}"))
        let short = PaddedLine("{}")
        try withExtendedLifetime((long, short)) {
            let before = try residentBytes()
            _ = try parser.parse(long.bytes)
            let during = try residentBytes()
            #expect(during > before + 150 << 20)
            _ = try parser.parse(short.bytes)
            #expect(try residentBytes() + 150 << 20 < during)
        }
    }

    /// What of this process is in memory.
    private func residentBytes() throws -> Int {
        let file = try #require(fopen("/proc/self/statm", "r"))
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        _ = try #require(fgets(&line, Int32(line.count), file))
        let fields = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(
            separator: " "
        )
        return try #require(Int(fields[1])) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
