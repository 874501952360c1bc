import Domain

/// Writes the movie files: all movies on the first day, and a quarter of them again with newer votes on the last.
struct MovieGenerator {
    /// What is unusual about one document. Broken documents are additional lines.
    private enum Dirt: CaseIterable {
        case duplicate, malformed, badID, noTitle, impossibleDate, oddTypes

        /// How many of a hundred documents are of this kind.
        var share: Int {
            switch self {
            case .duplicate: 40
            case .malformed, .badID, .noTitle: 14
            case .impossibleDate, .oddTypes: 9
            }
        }
    }

    private let options: GeneratorOptions
    private let catalogue: Catalogue
    private let names: MovieNames
    private let renderer: MovieRenderer
    private var random: Xoshiro256
    private var selection: SelectionPlan<Dirt>
    /// The number of the next broken document.
    private var broken = 0
    /// Copies that are written after some more documents.
    private var held: [(line: [UInt8], after: Int)] = []
    /// How many lines there will be.
    let lines: Int

    /// One in so many ranks has a second document.
    private static let laterEvery = 4
    private static let mostHeld = 64

    init(_ options: GeneratorOptions, catalogue: Catalogue) {
        self.options = options
        self.catalogue = catalogue
        names = MovieNames(movies: options.movies, seed: options.seed)
        renderer = MovieRenderer(names: names)
        random = Xoshiro256(seed: options.seed ^ 0x646f_6373)
        let later = options.days > 1 ? (options.movies + Self.laterEvery - 1) / Self.laterEvery : 0
        let documents = options.movies + later
        let dirty = Int((Double(documents) * options.dirt).rounded())
        var kinds: [(kind: Dirt, count: Int)] = []
        for (index, kind) in Dirt.allCases.enumerated() {
            let before = Dirt.allCases[..<index].reduce(0) { $0 + $1.share }
            kinds.append((kind, dirty * (before + kind.share) / 100 - dirty * before / 100))
        }
        selection = SelectionPlan(places: documents, kinds: kinds)
        lines = documents + kinds.dropLast(2).reduce(0) { $0 + $1.count }
    }

    /// The days of the files, the first and the last of the data.
    static func snapshotDays(_ options: GeneratorOptions) -> [Int32] {
        if options.movies == 0 { return [] }
        return options.days > 1 ? [options.startDay, options.endDay] : [options.endDay]
    }

    /// Writes the documents of a day.
    mutating func writeSnapshot(of day: Int32, to lines: inout DatedLines, counts: inout PlantedCounts) throws {
        let isLater = day != options.startDay
        let order = NumberShuffle(count: options.movies, seed: options.seed ^ 0x6f72_646572)
        for place in 0..<options.movies {
            let rank = order[place]
            if isLater, rank % Self.laterEvery != 0 { continue }
            let movie = Movie(
                rank: rank,
                id: catalogue.movieID(rank: rank),
                snapshot: (day, isLater),
                options: options,
                catalogue: catalogue,
                names: names
            )
            try write(movie, day, to: &lines, counts: &counts)
            try writeHeld(upTo: lines.lines, to: &lines, counts: &counts)
        }
        try writeHeld(upTo: .max, to: &lines, counts: &counts)
    }

    private mutating func write(
        _ movie: Movie,
        _ day: Int32,
        to lines: inout DatedLines,
        counts: inout PlantedCounts
    ) throws {
        var form = MovieRenderer.Form.plain
        let dirt = selection.next(&random)
        switch dirt {
        case nil, .duplicate: break
        case .impossibleDate:
            form = .impossibleDate
            counts.movieWarnings += 1
        case .oddTypes: form = .oddTypes
        case .malformed, .badID, .noTitle: try writeBroken(dirt, day, to: &lines, counts: &counts)
        }
        let start = lines.buffer.count
        renderer.append(movie, form, to: &lines.buffer)
        if dirt == .duplicate {
            var copy = lines.buffer.copy(from: start)
            if random.percent(50) {
                var buffer = TextBuffer(capacity: 4096)
                renderer.append(movie, .otherSpelling, to: &buffer)
                copy = buffer.copy(from: 0)
            }
            held.append((copy, lines.lines + 1 + random.below(50)))
        }
        lines.buffer.append(0x0a)
        try lines.endLine()
    }

    /// Writes an additional document that breaks a rule. Its movie does not exist otherwise.
    private mutating func writeBroken(
        _ dirt: Dirt?,
        _ day: Int32,
        to lines: inout DatedLines,
        counts: inout PlantedCounts
    ) throws {
        broken += 1
        let movie = Movie(
            rank: broken,
            id: catalogue.movies * 3 + 10_000 + broken,
            snapshot: (day, false),
            options: options,
            catalogue: catalogue,
            names: names
        )
        let start = lines.buffer.count
        switch dirt {
        case .badID:
            let fault: StaticString = random.pick([
                #","id":0"#, #","id":null"#, #","id":"tt12""#, #","id":-603"#, #","id":603.5"#, "",
            ])
            renderer.append(movie, .badID(fault), to: &lines.buffer)
            counts.rejectMovie(.invalidMovieID)
        case .noTitle:
            let original: StaticString = random.pick([#""original_title":"","#, #""original_title":null,"#, ""])
            renderer.append(movie, .noTitle(original), to: &lines.buffer)
            counts.rejectMovie(.missingTitle)
        default:
            renderer.append(movie, .plain, to: &lines.buffer)
            lines.buffer.truncate(to: random.number(start + 1...lines.buffer.count - 1))
            counts.rejectMovie(.malformedJSON)
        }
        lines.buffer.append(0x0a)
        try lines.endLine()
    }

    /// Writes the copies that are due after so many lines.
    private mutating func writeHeld(
        upTo line: Int,
        to lines: inout DatedLines,
        counts: inout PlantedCounts
    ) throws {
        let isFull = held.count > Self.mostHeld
        for copy in held where copy.after <= line || isFull {
            lines.buffer.append(copy.line)
            lines.buffer.append(0x0a)
            try lines.endLine()
            counts.movieDuplicates += 1
        }
        held.removeAll { $0.after <= line || isFull }
    }
}
