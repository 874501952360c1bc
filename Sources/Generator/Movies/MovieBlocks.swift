import Domain

/// Writes the blocks that TMDB adds for `append_to_response=videos,credits,keywords,release_dates`.
struct MovieBlocks {
    let names: MovieNames

    /// Adds the four blocks, each with a comma before it.
    func append(_ movie: Movie, _ random: inout SplitMix64, to buffer: inout TextBuffer) {
        buffer.append(#","videos":{"results":"#)
        appendList(Array(0..<random.halvings(3)), to: &buffer) { number, buffer in
            appendVideo(number, of: movie, &random, to: &buffer)
        }
        buffer.append(#"},"credits":{"cast":"#)
        appendList(Array(0..<random.number(2...9)), to: &buffer) { order, buffer in
            appendCast(order, &random, to: &buffer)
        }
        buffer.append(#","crew":"#)
        appendList(Array(0..<random.number(1...MovieVocabulary.jobs.count)), to: &buffer) { job, buffer in
            appendCrew(job, &random, to: &buffer)
        }
        buffer.append(#"},"keywords":{"keywords":"#)
        var keywords: [Int] = []
        for _ in 0..<random.below(6) {
            let keyword = random.below(MovieVocabulary.keywords.count)
            if !keywords.contains(keyword) { keywords.append(keyword) }
        }
        appendList(keywords, to: &buffer) { keyword, buffer in
            appendEntry(id: 1000 + keyword, name: MovieVocabulary.keywords[keyword], to: &buffer)
        }
        buffer.append(#"},"release_dates":{"results":"#)
        appendReleases(of: movie, &random, to: &buffer)
        buffer.append(0x7d)
    }

    private func appendVideo(
        _ number: Int,
        of movie: Movie,
        _ random: inout SplitMix64,
        to buffer: inout TextBuffer
    ) {
        let types = ["Trailer", "Teaser", "Featurette"]
        buffer.append(#"{"iso_639_1":"en","iso_3166_1":"US","name":""#)
        buffer.append(text: number == 0 ? "Official Trailer" : "\(types[number % 3]) \(number)")
        buffer.append(#"","key":"rh-"#)
        buffer.append(hexadecimal: random.next(), digits: 8)
        buffer.append(#"","site":"YouTube","size":1080,"type":""#)
        buffer.append(text: types[number % 3])
        buffer.append(#"","official":"#)
        buffer.append(random.percent(80) ? "true" : "false")
        buffer.append(#","published_at":""#)
        buffer.append(text: CivilDate.text(ofDay: (movie.releaseDay ?? 20_000) - Int32(random.number(10...200))))
        buffer.append(#"T16:00:00.000Z","id":""#)
        appendIdentifier(&random, to: &buffer)
        buffer.append(#""}"#)
    }

    private func appendCast(_ order: Int, _ random: inout SplitMix64, to buffer: inout TextBuffer) {
        appendPerson(department: "Acting", &random, to: &buffer)
        buffer.append(#","cast_id":"#)
        buffer.append(number: order + 1)
        buffer.append(#","character":""#)
        buffer.append(text: random.pick(MovieVocabulary.roles))
        buffer.append(#"","credit_id":""#)
        appendIdentifier(&random, to: &buffer)
        buffer.append(#"","order":"#)
        buffer.append(number: order)
        buffer.append(0x7d)
    }

    private func appendCrew(_ index: Int, _ random: inout SplitMix64, to buffer: inout TextBuffer) {
        let job = MovieVocabulary.jobs[index]
        appendPerson(department: job.department, &random, to: &buffer)
        buffer.append(#","credit_id":""#)
        appendIdentifier(&random, to: &buffer)
        buffer.append(#"","department":""#)
        buffer.append(text: job.department)
        buffer.append(#"","job":""#)
        buffer.append(text: job.job)
        buffer.append(#""}"#)
    }

    /// Adds the members that cast and crew entries begin with.
    private func appendPerson(department: String, _ random: inout SplitMix64, to buffer: inout TextBuffer) {
        let number = random.below(names.people) >> random.halvings(3)
        let person = names.person(number)
        buffer.append(#"{"adult":false,"gender":"#)
        buffer.append(number: person.gender)
        buffer.append(#","id":"#)
        buffer.append(number: number * 2 + 101)
        buffer.append(#","known_for_department":""#)
        buffer.append(text: department)
        buffer.append(#"","name":""#)
        buffer.append(text: person.name)
        buffer.append(#"","original_name":""#)
        buffer.append(text: person.name)
        buffer.append(#"","popularity":"#)
        buffer.append(thousandths: person.popularity)
        buffer.append(#","profile_path":null"#)
    }

    private func appendReleases(of movie: Movie, _ random: inout SplitMix64, to buffer: inout TextBuffer) {
        guard let day = movie.releaseDay else { return buffer.append("[]") }
        let start = random.below(MovieVocabulary.countries.count)
        appendList(Array(0..<random.number(1...4)), to: &buffer) { number, buffer in
            let country = MovieVocabulary.countries[(start + number * 5) % MovieVocabulary.countries.count]
            buffer.append(#"{"iso_3166_1":""#)
            buffer.append(text: country.code)
            buffer.append(#"","release_dates":[{"certification":""#)
            buffer.append(text: random.pick(["", "6", "12", "PG-13", "16"]))
            buffer.append(#"","descriptors":[],"iso_639_1":"","note":"","release_date":""#)
            buffer.append(text: CivilDate.text(ofDay: day + Int32(number * random.number(0...40))))
            buffer.append(#"T00:00:00.000Z","type":"#)
            buffer.append(number: random.number(1...6))
            buffer.append("}]}")
        }
    }

    /// Adds 24 hexadecimal digits, as TMDB's credits and videos have.
    private func appendIdentifier(_ random: inout SplitMix64, to buffer: inout TextBuffer) {
        buffer.append(hexadecimal: random.next(), digits: 16)
        buffer.append(hexadecimal: random.next(), digits: 8)
    }
}
