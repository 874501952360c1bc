import Domain
import Files
import Generator
import Pipeline
import SQLite
import Glibc

final class PlainSource: LineSource {
    let fd: Int32; let source: Source; var pos = SourcePosition(); var carry = [UInt8](); var eof = false
    init(_ path: String, _ s: Source) { fd = open(path, O_RDONLY); source = s }
    func next() throws -> LineChunk? {
        if eof { return nil }
        let size = 4 << 20
        let chunk = LineChunk(source: source, capacity: size * 9 / 8, start: pos)
        carry.withUnsafeBytes { _ = chunk.buffer.append($0) }
        chunk.buffer.fill(upTo: size - carry.count) { p in
            var n = 0
            while n < p.count { let k = read(fd, p.baseAddress! + n, p.count - n); if k <= 0 { eof = true; break }; n += k }
            return n }
        var start = 0; let base = UnsafeRawPointer(chunk.buffer.base); let n = chunk.buffer.count
        while let nl = memchr(base + start, 10, n - start) {
            let end = UnsafeRawPointer(nl) - base
            pos.line += 1
            chunk.lines.append(Line(span: Span(offset: start, length: end - start), number: pos.line, byteOffset: pos.byteOffset))
            pos.byteOffset += Int64(end + 1 - start)
            start = end + 1
        }
        carry = [UInt8](chunk.buffer.bytes(at: start, count: n - start))
        chunk.end = pos; chunk.isLast = eof
        return chunk
    }
}
struct PlainSet: SourceSet {
    let port = SourceIdentity.Port.events
    let paths: [String]
    func describe() throws -> [SourceDescription] { paths.map { SourceDescription(name: $0, identity: SourceIdentity(port: .events, key: $0), size: 1) } }
    func open(_ plan: [PlannedSource]) throws -> any LineSource { PlainSource(paths[plan[0].index], plan[0].source) }
}
func seconds() -> Double { var t = timespec(); clock_gettime(CLOCK_MONOTONIC, &t); return Double(t.tv_sec) + Double(t.tv_nsec) / 1e9 }
let mode = CommandLine.arguments[1]
let path = CommandLine.arguments[2]
let clock = RunClock(now: 1_795_000_000_000)
if mode == "decode" {
    let t = seconds()
    let s = PlainSource(path, Source(name: path, identity: nil, port: .events, snapshotDay: 0, number: 0))
    let d = try EventDecoder(clock: clock)
    var n = 0, r = 0
    var split = 0.0
    while true { let a = seconds(); guard let c = try s.next() else { break }; split += seconds() - a; let b = d.decode(c); n += b.rowCount; r += b.rejections.count; if let f = b.rejections.first { print(f.rule, f.message) } }
    print("decode", n, r, seconds() - t, "of which read+split", split)
} else {
    let t = seconds()
    let w = try SQLiteWarehouse(path: CommandLine.arguments[3])
    let loader = Loader(warehouse: w, rawStore: nil, options: LoadOptions(clock: clock), wallClock: { Int64(seconds() * 1000) })
    let report = try loader.run(movies: nil, events: PlainSet(paths: [path]))
    print(report.run.counts, seconds() - t)
    print(report.rows.map { "\($0.table)=\($0.rows)" }.joined(separator: " "))
    if mode == "digest" { for (t, d) in try w.digest() { print(t, d.text) } }
}
