import Domain

/// Writes movie documents, key by key in TMDB's order (`GET /movie/{id}`).
struct MovieRenderer {
    /// What is unusual about a document. All but `plain` and `otherSpelling` change its content.
    enum Form {
        case plain
        /// White space and numbers are written in another way, which does not change the content hash (contract §3).
        case otherSpelling
        /// The id is text, and the title is missing, so that the original title is used.
        case oddTypes
        /// The date does not exist, which gives one warning.
        case impossibleDate
        /// The id is invalid, in one of several ways.
        case badID(StaticString)
        /// Title and original title are missing.
        case noTitle(StaticString)
    }

    let names: MovieNames

    /// Adds the document, without LF.
    func append(_ movie: Movie, _ form: Form, to buffer: inout TextBuffer) {
        var random = SplitMix64(seed: movie.blockSeed)
        if case .otherSpelling = form { buffer.append("{ ") } else { buffer.append(0x7b) }
        buffer.append(#""adult":false,"backdrop_path":"#)
        appendPath(random.percent(80), &random, to: &buffer)
        buffer.append(#","belongs_to_collection":"#)
        appendCollection(movie, to: &buffer)
        buffer.append(#","budget":"#)
        buffer.append(number: movie.budget)
        buffer.append(#","genres":"#)
        appendList(movie.genres, to: &buffer) { index, buffer in
            let genre = MovieVocabulary.genres[index]
            appendEntry(id: genre.id, name: genre.name, to: &buffer)
        }
        buffer.append(#","homepage":"#)
        if random.percent(30) {
            buffer.append(#""https://example.org/movies/"#)
            buffer.append(number: movie.id)
            buffer.append(0x22)
        } else {
            buffer.append(#""""#)
        }
        appendID(movie, form, to: &buffer)
        buffer.append(#","imdb_id":"#)
        if random.percent(85) {
            // Numbers that IMDb does not use.
            buffer.append(#""tt9"#)
            buffer.append(number: movie.id, width: 9)
            buffer.append(0x22)
        } else {
            buffer.append("null")
        }
        appendTitles(movie, form, to: &buffer)
        buffer.append(#","popularity":"#)
        buffer.append(thousandths: movie.popularity)
        buffer.append(#","poster_path":"#)
        appendPath(random.percent(95), &random, to: &buffer)
        appendProduction(movie, to: &buffer)
        appendRelease(movie, form, to: &buffer)
        buffer.append(#","video":false,"vote_average":"#)
        buffer.append(thousandths: movie.average)
        if case .otherSpelling = form { buffer.append("e0") }
        buffer.append(#","vote_count":"#)
        buffer.append(number: movie.votes)
        if case .otherSpelling = form { buffer.append(".0") }
        if movie.hasBlocks { MovieBlocks(names: names).append(movie, &random, to: &buffer) }
        buffer.append(0x7d)
    }

    private func appendID(_ movie: Movie, _ form: Form, to buffer: inout TextBuffer) {
        switch form {
        case .badID(let text): return buffer.append(text)
        case .oddTypes:
            buffer.append(#","id":""#)
            buffer.append(number: movie.id)
            buffer.append(0x22)
        default:
            buffer.append(#","id":"#)
            buffer.append(number: movie.id)
        }
    }

    private func appendTitles(_ movie: Movie, _ form: Form, to buffer: inout TextBuffer) {
        buffer.append(#","original_language":""#)
        buffer.append(text: movie.originalLanguage.code)
        if case .noTitle(let original) = form {
            buffer.append(#"","#)
            buffer.append(original)
            buffer.append(#""overview":""#)
        } else {
            buffer.append(#"","original_title":""#)
            buffer.append(text: movie.originalTitle)
            buffer.append(#"","overview":""#)
        }
        buffer.append(text: movie.overview)
        buffer.append(0x22)
    }

    private func appendCollection(_ movie: Movie, to buffer: inout TextBuffer) {
        guard let collection = movie.collection else { return buffer.append("null") }
        buffer.append(#"{"id":"#)
        buffer.append(number: 10_000 + collection)
        buffer.append(#","name":""#)
        buffer.append(text: names.series(collection))
        buffer.append(#" Collection","poster_path":null,"backdrop_path":null}"#)
    }

    private func appendProduction(_ movie: Movie, to buffer: inout TextBuffer) {
        buffer.append(#","production_companies":"#)
        appendList(movie.companies, to: &buffer) { index, buffer in
            let company = names.company(index)
            buffer.append(#"{"id":"#)
            buffer.append(number: index * 7 + 11)
            buffer.append(#","logo_path":null,"name":""#)
            buffer.append(text: company.name)
            buffer.append(#"","origin_country":""#)
            buffer.append(text: MovieVocabulary.countries[company.country].code)
            buffer.append(#""}"#)
        }
        buffer.append(#","production_countries":"#)
        appendList(movie.countries, to: &buffer) { index, buffer in
            let country = MovieVocabulary.countries[index]
            buffer.append(#"{"iso_3166_1":""#)
            buffer.append(text: country.code)
            buffer.append(#"","name":""#)
            buffer.append(text: country.name)
            buffer.append(#""}"#)
        }
    }

    private func appendRelease(_ movie: Movie, _ form: Form, to buffer: inout TextBuffer) {
        buffer.append(#","release_date":""#)
        if case .impossibleDate = form {
            buffer.append("2024-02-30")
        } else if let day = movie.releaseDay {
            buffer.append(text: CivilDate.text(ofDay: day))
        }
        buffer.append(#"","revenue":"#)
        buffer.append(number: movie.isReleased ? movie.revenue : 0)
        buffer.append(#","runtime":"#)
        buffer.append(number: movie.runtime)
        buffer.append(#","spoken_languages":["#)
        if let invented = movie.originalLanguage.invented {
            let language = MovieVocabulary.inventedLanguages[invented]
            appendLanguage(language.code, language.name, language.englishName, to: &buffer)
        }
        for (position, index) in movie.languages.enumerated() {
            if position > 0 || movie.originalLanguage.invented != nil { buffer.append(0x2c) }
            let language = MovieVocabulary.languages[index]
            appendLanguage(language.code, language.name, language.englishName, to: &buffer)
        }
        buffer.append(#"],"status":""#)
        buffer.append(movie.isReleased ? "Released" : movie.releaseDay == nil ? "Planned" : "Post Production")
        buffer.append(#"","tagline":""#)
        buffer.append(text: movie.tagline)
        buffer.append(0x22)
        switch form {
        case .noTitle: buffer.append(#","title":" ""#)
        case .oddTypes: buffer.append(#","title":null"#)
        default:
            buffer.append(#","title":""#)
            buffer.append(text: movie.title)
            buffer.append(0x22)
        }
    }

    private func appendLanguage(_ code: String, _ name: String, _ englishName: String, to buffer: inout TextBuffer) {
        buffer.append(#"{"english_name":""#)
        buffer.append(text: englishName)
        buffer.append(#"","iso_639_1":""#)
        buffer.append(text: code)
        buffer.append(#"","name":""#)
        buffer.append(text: name)
        buffer.append(#""}"#)
    }

    /// A path of a picture in TMDB's form, or null.
    private func appendPath(_ isThere: Bool, _ random: inout SplitMix64, to buffer: inout TextBuffer) {
        guard isThere else { return buffer.append("null") }
        buffer.append(#""/"#)
        buffer.append(hexadecimal: random.next(), digits: 16)
        buffer.append(#".jpg""#)
    }
}

/// Adds an array; `body` adds each element.
func appendList<Element>(
    _ list: [Element],
    to buffer: inout TextBuffer,
    _ body: (Element, inout TextBuffer) -> Void
) {
    buffer.append(0x5b)
    for (position, element) in list.enumerated() {
        if position > 0 { buffer.append(0x2c) }
        body(element, &buffer)
    }
    buffer.append(0x5d)
}

/// Adds `{"id":…,"name":"…"}`.
func appendEntry(id: Int, name: String, to buffer: inout TextBuffer) {
    buffer.append(#"{"id":"#)
    buffer.append(number: id)
    buffer.append(#","name":""#)
    buffer.append(text: name)
    buffer.append(#""}"#)
}
