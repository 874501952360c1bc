import JSON

/// The id and name that an entry must have (contract §3: "any other list entry … an id and a name").
struct NamedEntry {
    let id: Int64
    let name: UnsafeRawBufferPointer

    /// Reads an entry; nil if it has no id or no name.
    init?(_ entry: JSONValue) {
        guard let id = ScalarRules.id(entry[.id]), let name = ScalarRules.text(entry[.name]) else { return nil }
        self.id = id
        self.name = name
    }
}

/// Writes the rows of what a movie shares with others: genres, companies, countries, languages, keywords, collection.
struct MovieListWriter {
    private let genre = SharedColumns(.genres)
    private let company = SharedColumns(.productionCompanies)
    private let country = SharedColumns(.productionCountries)
    private let language = SharedColumns(.spokenLanguages)
    private let keyword = SharedColumns(.keywords)
    private let collection = SharedColumns(.collections)
    private let originCountry = ColumnPlace("origin_country", MovieTables.productionCompanies)
    private let logoPath = ColumnPlace("logo_path", MovieTables.productionCompanies)
    private let englishName = ColumnPlace("english_name", MovieTables.spokenLanguages)
    private let posterPath = ColumnPlace("poster_path", MovieTables.collections)
    private let backdropPath = ColumnPlace("backdrop_path", MovieTables.collections)
    private let genreLink = LinkColumns(.genres)
    private let companyLink = LinkColumns(.productionCompanies)
    private let countryLink = LinkColumns(.productionCountries)
    private let languageLink = LinkColumns(.spokenLanguages)
    private let keywordLink = LinkColumns(.keywords)
    private let seen: FirstOccurrences

    init(seen: FirstOccurrences) { self.seen = seen }

    /// Writes all the lists of a document.
    func write(_ document: JSONValue, _ rows: DocumentRows) {
        writeNamed(rows.clean(MovieFields.list, .genres, of: document), .genre, genre, genreLink, rows)
        let companies = rows.clean(MovieFields.list, .productionCompanies, of: document)
        writeNamed(companies, .company, company, companyLink, rows) { entry, row in
            row.set(originCountry, rows.clean(MovieFields.text, .originCountry, of: entry, in: .company))
            row.set(logoPath, rows.clean(MovieFields.text, .logoPath, of: entry, in: .company))
        }
        let keywords = rows.cleanList(.keywords, ofBlock: .keywords, of: document)
        writeNamed(keywords, .keyword, keyword, keywordLink, rows)
        writeCountries(document, rows)
        writeLanguages(document, rows)
    }

    /// Writes the collection and gives its id; nil if there is none.
    func writeCollection(_ document: JSONValue, _ rows: DocumentRows) -> Int64? {
        guard let value = document[.belongsToCollection], !MovieFields.isNothing(value) else { return nil }
        guard let entry = NamedEntry(value) else {
            rows.drop(value, from: .collection)
            return nil
        }
        let row = write(entry, collection, rows)
        row.set(posterPath, rows.clean(MovieFields.text, .posterPath, of: value, in: .collection))
        row.set(backdropPath, rows.clean(MovieFields.text, .backdropPath, of: value, in: .collection))
        return entry.id
    }

    /// Writes entries with an id and a name; `extras` writes the other columns of each.
    private func writeNamed(
        _ entries: JSONElements?,
        _ part: MoviePart,
        _ columns: SharedColumns,
        _ linkColumns: LinkColumns,
        _ rows: DocumentRows,
        extras: (JSONValue, PackedRowWriter) -> Void = { _, _ in }
    ) {
        guard let entries else { return }
        seen.reset()
        for value in entries {
            guard let entry = NamedEntry(value) else {
                rows.drop(value, from: part)
                continue
            }
            extras(value, write(entry, columns, rows))
            seen.add(entry.id)
            if seen.isFirst() { link(linkColumns, rows).set(linkColumns.key, entry.id) }
        }
    }

    private func writeCountries(_ document: JSONValue, _ rows: DocumentRows) {
        let entries = rows.clean(MovieFields.list, .productionCountries, of: document)
        writeCoded(entries, .country, country, countryLink, rows, code: { MovieFields.countryCode($0[.iso3166]) })
    }

    private func writeLanguages(_ document: JSONValue, _ rows: DocumentRows) {
        let entries = rows.clean(MovieFields.list, .spokenLanguages, of: document)
        writeCoded(entries, .language, language, languageLink, rows, code: { MovieFields.languageCode($0[.iso639]) }) {
            $1.set(englishName, rows.clean(MovieFields.text, .englishName, of: $0, in: .language))
        }
    }

    /// Writes entries with a code of two letters; `extras` writes the other columns of each.
    private func writeCoded(
        _ entries: JSONElements?,
        _ part: MoviePart,
        _ columns: SharedColumns,
        _ linkColumns: LinkColumns,
        _ rows: DocumentRows,
        code: (JSONValue) -> LetterCode?,
        extras: (JSONValue, PackedRowWriter) -> Void = { _, _ in }
    ) {
        guard let entries else { return }
        seen.reset()
        for value in entries {
            guard let code = code(value) else {
                rows.drop(value, from: part)
                continue
            }
            let row = rows.shared(columns.table)
            row.set(columns.key, code)
            row.set(columns.name, rows.clean(MovieFields.text, .name, of: value, in: part))
            row.set(columns.snapshotDate, day: rows.snapshotDay)
            extras(value, row)
            seen.add(code)
            if seen.isFirst() { link(linkColumns, rows).set(linkColumns.key, code) }
        }
    }

    private func write(_ entry: NamedEntry, _ columns: SharedColumns, _ rows: DocumentRows) -> PackedRowWriter {
        let row = rows.shared(columns.table)
        row.set(columns.key, entry.id)
        row.set(columns.name, entry.name)
        row.set(columns.snapshotDate, day: rows.snapshotDay)
        return row
    }

    /// Adds a row that links the movie to something shared. The caller sets the key.
    private func link(_ columns: LinkColumns, _ rows: DocumentRows) -> PackedRowWriter {
        let position = rows.count(columns.table)
        let row = rows.owned(columns.table)
        row.set(columns.movieID, rows.movieID)
        row.set(columns.position, position)
        return row
    }
}

/// The columns that every shared table has.
struct SharedColumns {
    let table: SharedTable
    let key, name, snapshotDate: ColumnPlace

    init(_ shared: SharedTable) {
        table = shared
        key = ColumnPlace(shared.table.key[0], shared.table)
        name = ColumnPlace("name", shared.table)
        snapshotDate = ColumnPlace("snapshot_date", shared.table)
    }
}

/// The columns of a table that links a movie to something shared.
struct LinkColumns {
    let table: OwnedTable
    let movieID, key, position: ColumnPlace

    init(_ owned: OwnedTable) {
        table = owned
        movieID = ColumnPlace("movie_id", owned.table)
        key = ColumnPlace(owned.table.key[1], owned.table)
        position = ColumnPlace("position", owned.table)
    }
}
