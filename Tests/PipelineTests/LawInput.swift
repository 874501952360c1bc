import Domain
import Fixtures
import Foundation
import Generator
import TestSupport

/// Lines of both input ports, before a test publishes them as sources.
struct LawInput: Sendable {
    /// A movie document and the snapshot date that comes with it.
    struct MovieLine: Sendable {
        var day: Int32
        var bytes: [UInt8]
    }

    var movies: [MovieLine]
    var events: [[UInt8]]

    /// The kinds of data that the laws are tested with.
    enum Kind: String, CaseIterable, Sendable {
        /// The generator's data with some wrong lines, similar to that of a real site.
        case generated
        /// Lines with few users, movies, times and comments, so that nearly every row is updated by several lines.
        case contended

        /// What a source has to be able to do for it.
        var needs: Set<SourceAbility> { self == .generated ? [.anyBytes] : [] }
    }

    /// Random lines; the same seed gives the same lines. They have no event_id_conflict, since with conflicts the
    /// result depends on the order of the lines.
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

    private static let made = Shared<String, LawInput>()

    /// The generator's lines; several tests take the same, which are made once.
    static func generated(
        seed: UInt64, movies: Int = 60, events: Int = 1500, users: Int = 60, days: Int = 4, dirt: Double = 0.3,
        withConflicts: Bool = false
    ) throws -> LawInput {
        try made.value(of: "\(seed) \(movies) \(events) \(users) \(days) \(dirt) \(withConflicts)") {
            try make(
                GeneratorOptions(
                    movies: movies, events: events, users: users, days: days, seed: seed, output: "", dirt: dirt,
                    plantsConflicts: withConflicts, endDay: LawClock.day - 1))
        }
    }

    private static func make(_ options: GeneratorOptions) throws -> LawInput {
        let folder = try TemporaryFolder()
        var options = options
        options.output = folder.path
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

    /// The movies as sources of a kind: where a source has one snapshot date, there are more of them.
    func movieSources(parts: Int, of kind: SourceKind, _ chance: inout Chance) -> [[SourceLine]] {
        let lines = movies.map { SourceLine($0.bytes, snapshotDay: $0.day) }
        if kind.abilities.contains(.datedLines) { return LawInput.split(lines, parts, kind, &chance) }
        return Set(movies.map(\.day)).sorted().flatMap { day in
            LawInput.split(lines.filter { $0.snapshotDay == day }, parts, kind, &chance)
        }
    }

    /// The events as sources of a kind.
    func eventSources(parts: Int, of kind: SourceKind, _ chance: inout Chance) -> [[SourceLine]] {
        LawInput.split(events.map { SourceLine($0) }, parts, kind, &chance)
    }

    /// The events as sources of a kind, with all lines of one event in the same source, as a Kafka producer with a key
    /// sends them. So their order does not depend on the order in which the sources are read.
    func eventSources(byEventIn parts: Int, of kind: SourceKind) -> [[SourceLine]] {
        guard kind.abilities.contains(.severalSources) else { return [events.map { SourceLine($0) }] }
        var sources = [[SourceLine]](repeating: [], count: parts)
        for line in events { sources[LawInput.key(of: line) % parts].append(SourceLine(line)) }
        return sources
    }

    /// A key that all lines of an event have: its id, or its user when it has no id.
    private static func key(of line: [UInt8]) -> Int {
        let object = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
        let id = (object?["event_id"] as? String)?.lowercased() ?? "\(object?["user_id"] ?? "")"
        return id.utf8.reduce(0) { $0 &* 31 &+ Int($1) } & 0xffff
    }

    /// Divides lines at random places; a part may be empty.
    private static func split(
        _ lines: [SourceLine], _ parts: Int, _ kind: SourceKind, _ chance: inout Chance
    ) -> [[SourceLine]] {
        let parts = kind.abilities.contains(.severalSources) ? parts : 1
        let cuts = (0..<(parts - 1)).map { _ in Int.random(in: 0...lines.count, using: &chance) }.sorted()
        return zip([0] + cuts, cuts + [lines.count]).map { Array(lines[$0..<$1]) }
    }
}

/// The clock of all these runs.
enum LawClock {
    static let clock = RunClock(now: 1_795_219_200_000)
    static var day: Int32 { clock.day }
}
