import JSON

/// Writes the appended blocks `videos` and `release_dates`.
struct MovieReleaseWriter {
    private let trailer = TrailerColumns()
    private let release = ReleaseColumns()
    private let seen: FirstOccurrences

    init(seen: FirstOccurrences) { self.seen = seen }

    /// Writes both blocks of a document.
    func write(_ document: JSONValue, _ rows: inout DocumentRows) {
        writeVideos(MovieFields.list(.results, ofBlock: document[.videos]), &rows)
        guard let countries = rows.take(MovieFields.list(.results, ofBlock: document[.releaseDates])) else { return }
        seen.reset()
        for value in countries {
            guard let code = MovieFields.countryCode(value[.iso3166]) else {
                rows.warnings += 1
                continue
            }
            guard let releases = rows.take(MovieFields.list(value[.releaseDates])) else { continue }
            for release in releases { writeRelease(release, of: code, &rows) }
        }
    }

    private func writeVideos(_ list: Cleaned<JSONElements>, _ rows: inout DocumentRows) {
        guard let entries = rows.take(list) else { return }
        seen.reset()
        for value in entries {
            guard let id = ScalarRules.text(value[.id]) else {
                rows.warnings += 1
                continue
            }
            writeVideo(value, id, &rows)
        }
    }

    private func writeVideo(_ value: JSONValue, _ id: UnsafeRawBufferPointer, _ rows: inout DocumentRows) {
        let name = rows.take(MovieFields.text(value[.name]))
        let site = rows.take(MovieFields.text(value[.site]))
        let siteKey = rows.take(MovieFields.text(value[.key]))
        let type = rows.take(MovieFields.text(value[.type]))
        let official = rows.take(MovieFields.boolean(value[.official]))
        let publishedAt = rows.take(MovieFields.moment(value[.publishedAt]))
        let size = rows.take(MovieFields.integer(value[.size]))
        let language = rows.take(MovieFields.text(value[.iso639]))
        let country = rows.take(MovieFields.text(value[.iso3166]))
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

    private func writeRelease(_ value: JSONValue, of country: LetterCode, _ rows: inout DocumentRows) {
        guard case .value(let day) = MovieFields.releaseDay(value[.releaseDate]) else {
            rows.warnings += 1
            return
        }
        let type = rows.take(MovieFields.integer(value[.type]))
        let certification = rows.take(MovieFields.text(value[.certification]))
        let note = rows.take(MovieFields.text(value[.note]))
        let language = rows.take(MovieFields.text(value[.iso639]))
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
