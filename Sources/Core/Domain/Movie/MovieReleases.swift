import JSON

/// Writes the rows of the appended blocks `videos` and `release_dates`.
struct MovieReleaseWriter {
    private let trailer = TrailerColumns()
    private let release = ReleaseColumns()
    private let seen: FirstOccurrences

    init(seen: FirstOccurrences) { self.seen = seen }

    /// Writes both blocks of a document.
    func write(_ document: JSONValue, _ rows: DocumentRows) {
        writeVideos(rows.cleanList(.results, ofBlock: .videos, of: document), rows)
        guard let countries = rows.cleanList(.results, ofBlock: .releaseDates, of: document) else { return }
        seen.reset()
        for value in countries {
            guard let code = MovieFields.countryCode(value[.iso3166]) else {
                rows.drop(value, from: .releaseCountry)
                continue
            }
            guard let releases = rows.clean(MovieFields.list, .releaseDates, of: value, in: .releaseCountry) else {
                continue
            }
            for release in releases { writeRelease(release, of: code, rows) }
        }
    }

    private func writeVideos(_ entries: JSONElements?, _ rows: DocumentRows) {
        guard let entries else { return }
        seen.reset()
        for value in entries {
            guard let id = ScalarRules.text(value[.id]) else {
                rows.drop(value, from: .video)
                continue
            }
            writeVideo(value, id, rows)
        }
    }

    private func writeVideo(_ value: JSONValue, _ id: UnsafeRawBufferPointer, _ rows: DocumentRows) {
        let name = rows.clean(MovieFields.text, .name, of: value, in: .video)
        let site = rows.clean(MovieFields.text, .site, of: value, in: .video)
        let siteKey = rows.clean(MovieFields.text, .key, of: value, in: .video)
        let type = rows.clean(MovieFields.text, .type, of: value, in: .video)
        let official = rows.clean(MovieFields.boolean, .official, of: value, in: .video)
        let publishedAt = rows.clean(MovieFields.moment, .publishedAt, of: value, in: .video)
        let size = rows.clean(MovieFields.integer, .size, of: value, in: .video)
        let language = rows.clean(MovieFields.text, .iso639, of: value, in: .video)
        let country = rows.clean(MovieFields.text, .iso3166, of: value, in: .video)
        seen.add(id)
        guard seen.isFirst() else { return }
        let position = rows.count(.trailers)
        let row = rows.owned(.trailers)
        row.set(trailer.movieID, rows.movieID)
        row.set(trailer.videoID, id)
        row.set(trailer.name, name)
        row.set(trailer.site, site)
        row.set(trailer.siteKey, siteKey)
        row.set(trailer.type, type)
        row.set(trailer.official, official)
        row.set(trailer.publishedAt, publishedAt)
        row.set(trailer.size, size)
        row.set(trailer.languageCode, language)
        row.set(trailer.countryCode, country)
        row.set(trailer.position, position)
    }

    private func writeRelease(_ value: JSONValue, of country: LetterCode, _ rows: DocumentRows) {
        guard case .value(let day) = MovieFields.releaseDay(value[.releaseDate]) else {
            rows.drop(value, from: .release)
            return
        }
        let type = rows.clean(MovieFields.integer, .type, of: value, in: .release)
        let certification = rows.clean(MovieFields.text, .certification, of: value, in: .release)
        let note = rows.clean(MovieFields.text, .note, of: value, in: .release)
        let language = rows.clean(MovieFields.text, .iso639, of: value, in: .release)
        seen.add(country)
        seen.add(Int64(day))
        seen.add(type)
        seen.add(certification)
        seen.add(note)
        seen.add(language)
        guard seen.isFirst() else { return }
        let position = rows.count(.releaseCalendar)
        let row = rows.owned(.releaseCalendar)
        row.set(release.movieID, rows.movieID)
        row.set(release.position, position)
        row.set(release.countryCode, country)
        row.set(release.releaseDate, day: day)
        row.set(release.type, type)
        row.set(release.certification, certification)
        row.set(release.note, note)
        row.set(release.languageCode, language)
    }
}

/// The columns of `trailers`.
struct TrailerColumns {
    let movieID = ColumnPlace("movie_id", MovieTables.trailers)
    let videoID = ColumnPlace("video_id", MovieTables.trailers)
    let name = ColumnPlace("name", MovieTables.trailers)
    let site = ColumnPlace("site", MovieTables.trailers)
    let siteKey = ColumnPlace("site_key", MovieTables.trailers)
    let type = ColumnPlace("type", MovieTables.trailers)
    let official = ColumnPlace("official", MovieTables.trailers)
    let publishedAt = ColumnPlace("published_at", MovieTables.trailers)
    let size = ColumnPlace("size", MovieTables.trailers)
    let languageCode = ColumnPlace("language_code", MovieTables.trailers)
    let countryCode = ColumnPlace("country_code", MovieTables.trailers)
    let position = ColumnPlace("position", MovieTables.trailers)
}

/// The columns of `release_calendar`.
struct ReleaseColumns {
    let movieID = ColumnPlace("movie_id", MovieTables.releaseCalendar)
    let position = ColumnPlace("position", MovieTables.releaseCalendar)
    let countryCode = ColumnPlace("country_code", MovieTables.releaseCalendar)
    let releaseDate = ColumnPlace("release_date", MovieTables.releaseCalendar)
    let type = ColumnPlace("type", MovieTables.releaseCalendar)
    let certification = ColumnPlace("certification", MovieTables.releaseCalendar)
    let note = ColumnPlace("note", MovieTables.releaseCalendar)
    let languageCode = ColumnPlace("language_code", MovieTables.releaseCalendar)
}
