import Domain

/// An invented movie, as its document of one day describes it.
struct Movie {
    let id: Int
    var title: String
    let originalTitle: String
    /// The language's code, and its index in `MovieVocabulary.inventedLanguages`; nil for English.
    let originalLanguage: (code: String, invented: Int?)
    let overview: String
    let tagline: String
    let collection: Int?
    /// Indices of genres in the vocabulary, each once.
    let genres: [Int]
    let languages: [Int]
    let companies: [Int]
    /// Indices of the companies' countries.
    let countries: [Int]
    /// Days since 1970-01-01; nil if it is not known.
    let releaseDay: Int32?
    let runtime: Int
    let budget: Int
    let revenue: Int
    let hasBlocks: Bool
    /// The seed of the blocks, paths and keys.
    let blockSeed: UInt64

    // These differ from day to day.
    let isReleased: Bool
    let votes: Int
    /// The popularity in thousandths.
    let average: Int
    let popularity: Int

    /// - Parameters:
    ///   - rank: the rank by popularity; 0 is the most popular.
    ///   - snapshot: the day of the document, and whether it is not the first one.
    init(
        rank: Int,
        id: Int,
        snapshot: (day: Int32, isLater: Bool),
        options: GeneratorOptions,
        catalogue: Catalogue,
        names: MovieNames
    ) {
        var random = SplitMix64.stream(seed: options.seed, number: UInt64(id))
        self.id = id
        collection = random.percent(12) ? random.below(names.collections) : nil
        title = names.title(series: collection.map(names.series), &random)
        if random.percent(40) {
            let language = random.below(MovieVocabulary.inventedLanguages.count)
            originalLanguage = (MovieVocabulary.inventedLanguages[language].code, language)
            originalTitle = names.title(of: language, &random)
        } else {
            originalLanguage = ("en", nil)
            originalTitle = title
        }
        overview = names.overview(&random)
        tagline = random.percent(50) ? random.pick(PlotSentences.taglines) : ""
        genres = Self.distinct(random.number(1...3), of: MovieVocabulary.genres.count, &random)
        languages = Self.distinct(random.number(0...2), of: MovieVocabulary.languages.count, &random)
        companies = Self.distinct(random.number(0...3), of: names.companies, &random)
        countries = Self.withoutRepeats(companies.map { names.company($0).country })
        releaseDay = Self.releaseDay(endDay: options.endDay, &random)
        runtime = random.percent(4) ? 0 : random.number(78...140) + random.below(30)
        budget = random.percent(55) ? 0 : random.number(1...200) * 100_000 << random.halvings(4)
        revenue = random.percent(60) ? 0 : random.number(1...90_000_000) << random.halvings(5)
        hasBlocks = random.percent(70)
        blockSeed = random.next()

        isReleased = releaseDay.map { $0 <= snapshot.day } ?? false
        var change = SplitMix64.stream(seed: options.seed &+ UInt64(snapshot.day), number: UInt64(id))
        let first = 24_000 / (rank + 2) + random.below(60)
        votes = !isReleased ? 0 : first + (snapshot.isLater ? 1 + change.below(first / 20 + 20) : 0)
        let mean = catalogue.halfPoints(ofMovie: id) * 500 - 200 + random.below(400)
        average = votes == 0 ? 0 : mean + (snapshot.isLater ? change.below(60) - 30 : 0)
        popularity = 900_000 / (rank + 3) + random.below(3000) + change.below(2000)
    }

    /// A date from 1950 on, later ones more often. A few are in the future, a few are not known.
    private static func releaseDay(endDay: Int32, _ random: inout SplitMix64) -> Int32? {
        if random.percent(2) { return nil }
        if random.percent(3) { return endDay + Int32(random.number(1...540)) }
        let span = Int(endDay) + 7305
        let draw = random.below(1 << 20)
        let scaled = (span * draw) >> 20
        return endDay - Int32((scaled * draw) >> 20)
    }

    /// Some of the numbers from 0 to below `count`, each at most once, lower ones more often.
    private static func distinct(_ most: Int, of count: Int, _ random: inout SplitMix64) -> [Int] {
        withoutRepeats((0..<most).map { _ in random.below(count) >> random.halvings(2) })
    }

    private static func withoutRepeats(_ numbers: [Int]) -> [Int] {
        var seen: [Int] = []
        for number in numbers where !seen.contains(number) { seen.append(number) }
        return seen
    }
}
