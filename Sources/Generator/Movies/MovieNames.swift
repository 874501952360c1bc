/// Makes names from a number alone, so that a company or person has the same name in all documents.
struct MovieNames: Sendable {
    private let seed: UInt64
    /// How many companies, people and collections there are.
    let companies: Int
    let people: Int
    let collections: Int

    init(movies: Int, seed: UInt64) {
        self.seed = seed
        companies = max(20, movies / 8)
        people = max(60, movies * 2)
        collections = max(4, movies / 25)
    }

    private func stream(_ number: Int, _ purpose: UInt64) -> SplitMix64 {
        SplitMix64.stream(seed: seed &+ purpose, number: UInt64(number))
    }

    /// A company's name and the index of its country.
    func company(_ number: Int) -> (name: String, country: Int) {
        var random = stream(number, 1)
        let words = random.pick(MovieVocabulary.companyWords)
        let second = random.percent(40) ? " & " + random.pick(MovieVocabulary.companyWords) : ""
        let country = random.below(MovieVocabulary.countries.count) >> random.halvings(3)
        return ("\(words)\(second) \(random.pick(MovieVocabulary.companyForms))", country)
    }

    /// A person's name, TMDB's code of the gender, and how well known they are in thousandths.
    func person(_ number: Int) -> (name: String, gender: Int, popularity: Int) {
        var random = stream(number, 2)
        let given = random.pick(MovieVocabulary.givenNames)
        let family = random.pick(MovieVocabulary.familyStarts) + random.pick(MovieVocabulary.familyEnds)
        return ("\(given) \(family)", random.below(4), random.number(100...9000) >> random.halvings(4))
    }

    /// The text that all titles of a collection begin with.
    func series(_ number: Int) -> String {
        var random = stream(number, 3)
        return "The \(random.pick(TitleWords.adjectives)) \(random.pick(TitleWords.nouns))"
    }

    /// The title of a movie; if it belongs to a collection, the title shows that.
    func title(series: String?, _ random: inout SplitMix64) -> String {
        let noun = random.pick(TitleWords.nouns)
        if let series {
            switch random.below(3) {
            case 0: return series
            case 1: return "\(series) \(random.pick(["II", "III", "IV", "Returns"]))"
            default: return "\(series): \(random.pick(TitleWords.adjectives)) \(noun)"
            }
        }
        switch random.below(9) {
        case 0, 1: return "The \(random.pick(TitleWords.adjectives)) \(noun)"
        case 2: return "The \(noun) of \(random.pick(TitleWords.places))"
        case 3: return "\(random.pick(TitleWords.numbers)) \(random.pick(TitleWords.groups))"
        case 4: return "\(random.pick(TitleWords.actions)) the \(noun)"
        case 5: return "\(random.pick(TitleWords.places)) \(random.pick(TitleWords.moments))"
        case 6: return "\(random.pick(MovieVocabulary.givenNames)) and the \(noun)"
        case 7: return "\(random.pick(TitleWords.adjectives)) \(random.pick(TitleWords.groups))"
        default: return "\(random.pick(TitleWords.groups)) \(random.pick(TitleWords.moments))"
        }
    }

    /// A title in an invented language.
    func title(of language: Int, _ random: inout SplitMix64) -> String {
        let syllables = MovieVocabulary.inventedLanguages[language].syllables
        let words = (0..<random.number(1...3)).map { _ in
            (0..<random.number(2...3)).map { _ in random.pick(syllables) }.joined()
        }
        let title = words.joined(separator: " ")
        return title.prefix(1).uppercased() + title.dropFirst()
    }

    /// A plot in two or three sentences.
    func overview(_ random: inout SplitMix64) -> String {
        var sentences = [random.pick(PlotSentences.openings), random.pick(PlotSentences.turns)]
        if random.percent(60) { sentences.append(random.pick(PlotSentences.endings)) }
        let text = sentences.joined(separator: " ").replacing("#", with: random.pick(PlotSentences.heroes))
        let thing =
            "the \(random.pick(TitleWords.adjectives).lowercased()) \(random.pick(TitleWords.nouns).lowercased())"
        return text.replacing("@", with: random.pick(TitleWords.places)).replacing("%", with: thing)
    }
}
