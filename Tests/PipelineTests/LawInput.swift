import Domain
import Generator
import TestSupport

/// Lines of both streams, before a test puts them into files.
struct LawInput {
    /// A movie document and the snapshot date that its file's name has to give it.
    struct MovieLine {
        var day: Int32
        var bytes: [UInt8]
    }

    var movies: [MovieLine]
    var events: [[UInt8]]

    /// What kind of data the laws are tried on.
    enum Kind: String, CaseIterable, Sendable {
        /// The generator's, with dirt: what a site would send.
        case generated
        /// Few users, movies, moments and comments, so that nearly every line contends with others for a row.
        case contended
    }

    /// The same for the same seed; without conflicts, which alone make the order of lines matter.
    init(_ kind: Kind, seed: UInt64) throws {
        switch kind {
        case .generated: self = try LawInput.generated(seed: seed)
        case .contended: self = ContendedLines.input(seed: seed)
        }
    }

    init(movies: [MovieLine], events: [[UInt8]]) {
        self.movies = movies
        self.events = events
    }

    static func generated(
        seed: UInt64, movies: Int = 60, events: Int = 1500, dirt: Double = 0.3, withConflicts: Bool = false
    ) throws -> LawInput {
        let folder = try TemporaryFolder()
        let options = GeneratorOptions(
            movies: movies, events: events, users: 60, days: 4, seed: seed, output: folder.path, dirt: dirt,
            plantsConflicts: withConflicts, endDay: LawClock.day - 1)
        _ = try generate(options)
        var input = LawInput(movies: [], events: [])
        for path in TemporaryFolder.files(below: folder.path("movies")) {
            let name = Array(path.utf8.suffix("2026-11-20.ndjson.zst".utf8.count).prefix(10))
            let day = name.withUnsafeBytes { CivilDate.parse($0) } ?? 0
            input.movies += try lines(of: path).map { MovieLine(day: day, bytes: $0) }
        }
        for path in TemporaryFolder.files(below: folder.path("events")) { input.events += try lines(of: path) }
        return input
    }

    private static func lines(of path: String) throws -> [[UInt8]] {
        LineCount.lines(in: try Compression.decode(TemporaryFolder.bytes(ofFile: path)))
    }

    mutating func shuffle(_ chance: inout Chance) {
        movies.shuffle(using: &chance)
        events.shuffle(using: &chance)
    }

    /// Writes the movies into files, each of one snapshot date, and gives their paths.
    func writeMovies(into folder: TemporaryFolder, named name: String, parts: Int, _ chance: inout Chance) throws
        -> [String]
    {
        var paths: [String] = []
        for day in Set(movies.map(\.day)).sorted() {
            let lines = movies.filter { $0.day == day }.map(\.bytes)
            paths += try LawInput.write(
                lines, into: folder, named: "\(name)/\(CivilDate.text(ofDay: day))", parts: parts, &chance)
        }
        return paths
    }

    /// Writes the events into files, and gives their paths.
    func writeEvents(into folder: TemporaryFolder, named name: String, parts: Int, _ chance: inout Chance) throws
        -> [String]
    {
        try LawInput.write(events, into: folder, named: name + "/events", parts: parts, &chance)
    }

    /// Each file is compressed in a way of its own; some have blank lines, CRs, and no LF at their end.
    private static func write(
        _ lines: [[UInt8]], into folder: TemporaryFolder, named name: String, parts: Int, _ chance: inout Chance
    ) throws -> [String] {
        let cuts = (0..<(parts - 1)).map { _ in Int.random(in: 0...lines.count, using: &chance) }.sorted()
        var paths: [String] = []
        for (part, (start, end)) in zip([0] + cuts, cuts + [lines.count]).enumerated() {
            var bytes: [UInt8] = []
            for line in lines[start..<end] {
                if Int.random(in: 0..<20, using: &chance) == 0 { bytes += Array(" \t\r\n".utf8) }
                bytes += line
                if Int.random(in: 0..<20, using: &chance) == 0 { bytes.append(13) }
                bytes.append(10)
            }
            if Bool.random(using: &chance), !bytes.isEmpty { bytes.removeLast() }
            let compression = Compression.allCases[Int.random(in: 0..<3, using: &chance)]
            paths.append(try folder.write("\(name)-\(part)", compression.encode(bytes)))
        }
        return paths
    }
}

/// The clock of all these runs.
enum LawClock {
    static let clock = RunClock(now: 1_795_219_200_000)
    static var day: Int32 { clock.day }
}

/// Random numbers from a seed: SplitMix64 (Steele, Lea and Flood, 2014).
struct Chance: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }

    mutating func pick<Value>(_ values: [Value]) -> Value { values[Int(next() % UInt64(values.count))] }
    mutating func isLucky(oneIn count: UInt64) -> Bool { next() % count == 0 }
}
