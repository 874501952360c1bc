import Domain
import Files
import Generator
import Pipeline
import SQLite
import Glibc

func seconds() -> Double {
    var t = timespec(); clock_gettime(CLOCK_MONOTONIC, &t); return Double(t.tv_sec) + Double(t.tv_nsec) / 1e9
}
let mode = CommandLine.arguments[1]
let path = CommandLine.arguments[2]
let clock = RunClock(now: 1_795_000_000_000)
if mode == "decode" {
    let t = seconds()
    let s = FileSource([
        PlannedFile(
            location: .file(path), source: Source(name: path, identity: nil, port: .events, snapshotDay: 0, number: 0))
    ])
    let d = try EventDecoder(clock: clock)
    var n = 0, r = 0
    var split = 0.0
    while true {
        let a = seconds(); guard let c = try s.next() else { break }; split += seconds() - a; let b = d.decode(c);
        n += b.rowCount; r += b.rejections.count; if let f = b.rejections.first { print(f.rule, f.message) }
    }
    print("decode", n, r, seconds() - t, "of which read+split", split)
} else {
    let t = seconds()
    let w = try SQLiteWarehouse(path: CommandLine.arguments[3])
    let loader = Loader(
        warehouse: w, rawStore: nil, options: LoadOptions(clock: clock), wallClock: { Int64(seconds() * 1000) })
    let report = try loader.run(movies: nil, events: try FileSet([path], port: .events))
    print(report.run.counts, seconds() - t)
    print(report.rows.map { "\($0.table)=\($0.rows)" }.joined(separator: " "))
    if mode == "digest" { for (t, d) in try SQLiteReader(path: CommandLine.arguments[3]).digest() { print(t, d.text) } }
}
