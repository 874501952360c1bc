import JSON

/// Writes the rows of the appended block `credits`: cast, crew, and the people in both.
struct MovieCreditWriter {
    private let person = SharedColumns(.people)
    private let people = PersonColumns()
    private let cast = CastColumns()
    private let crew = CrewColumns()
    private let seen: FirstOccurrences

    init(seen: FirstOccurrences) { self.seen = seen }

    /// Writes the block of a document.
    func write(_ document: JSONValue, _ rows: DocumentRows) {
        // A block that is no object is one warning, not one for each of its two lists.
        guard let credits = document[.credits], !MovieFields.isNothing(credits) else { return }
        guard credits.kind == .object else {
            rows.warn(of: .credits, credits, in: .document)
            return
        }
        writeCast(rows.clean(MovieFields.list, .cast, of: credits, in: .credits), rows)
        writeCrew(rows.clean(MovieFields.list, .crew, of: credits, in: .credits), rows)
    }

    private func writeCast(_ entries: JSONElements?, _ rows: DocumentRows) {
        guard let entries else { return }
        seen.reset()
        for value in entries {
            guard let entry = writePerson(value, in: .cast, rows) else { continue }
            let credit = rows.clean(MovieFields.text, .creditID, of: value, in: .cast)
            let character = rows.clean(MovieFields.text, .character, of: value, in: .cast)
            let order = rows.clean(MovieFields.integer, .order, of: value, in: .cast)
            let castID = rows.clean(MovieFields.integer, .castID, of: value, in: .cast)
            guard isFirst(credit, entry.id, character, nil) else { continue }
            let position = rows.count(.cast)
            let row = rows.owned(.cast)
            row.set(cast.movieID, rows.movieID)
            row.set(cast.position, position)
            row.set(cast.personID, entry.id)
            row.set(cast.character, character)
            row.set(cast.castOrder, order)
            row.set(cast.creditID, credit)
            row.set(cast.castID, castID)
        }
    }

    private func writeCrew(_ entries: JSONElements?, _ rows: DocumentRows) {
        guard let entries else { return }
        seen.reset()
        for value in entries {
            guard let entry = writePerson(value, in: .crew, rows) else { continue }
            let credit = rows.clean(MovieFields.text, .creditID, of: value, in: .crew)
            let job = rows.clean(MovieFields.text, .job, of: value, in: .crew)
            let department = rows.clean(MovieFields.text, .department, of: value, in: .crew)
            guard isFirst(credit, entry.id, job, department) else { continue }
            let position = rows.count(.crew)
            let row = rows.owned(.crew)
            row.set(crew.movieID, rows.movieID)
            row.set(crew.position, position)
            row.set(crew.personID, entry.id)
            row.set(crew.job, job)
            row.set(crew.department, department)
            row.set(crew.creditID, credit)
        }
    }

    /// Whether no credit of the list before is the same one: by its credit_id, or if it has none, by person and role.
    private func isFirst(
        _ credit: UnsafeRawBufferPointer?,
        _ person: Int64,
        _ role: UnsafeRawBufferPointer?,
        _ department: UnsafeRawBufferPointer?
    ) -> Bool {
        seen.add(credit)
        if credit == nil {
            seen.add(person)
            seen.add(role)
            seen.add(department)
        }
        return seen.isFirst()
    }

    /// Writes the person of a credit and gives id and name; nil if the entry is dropped.
    private func writePerson(_ value: JSONValue, in part: MoviePart, _ rows: DocumentRows) -> NamedEntry? {
        guard let entry = NamedEntry(value) else {
            rows.drop(value, from: part)
            return nil
        }
        let row = rows.shared(.people)
        row.set(person.key, entry.id)
        row.set(person.name, entry.name)
        row.set(person.snapshotDate, day: rows.snapshotDay)
        row.set(people.originalName, rows.clean(MovieFields.text, .originalName, of: value, in: part))
        row.set(people.gender, rows.clean(MovieFields.integer, .gender, of: value, in: part))
        row.set(people.knownForDepartment, rows.clean(MovieFields.text, .knownForDepartment, of: value, in: part))
        row.set(people.popularity, rows.clean(MovieFields.number, .popularity, of: value, in: part))
        row.set(people.profilePath, rows.clean(MovieFields.text, .profilePath, of: value, in: part))
        row.set(people.adult, rows.clean(MovieFields.boolean, .adult, of: value, in: part))
        return entry
    }
}

/// The columns of `people`, without those that every shared table has.
struct PersonColumns {
    let originalName = ColumnPlace("original_name", MovieTables.people)
    let gender = ColumnPlace("gender", MovieTables.people)
    let knownForDepartment = ColumnPlace("known_for_department", MovieTables.people)
    let popularity = ColumnPlace("popularity", MovieTables.people)
    let profilePath = ColumnPlace("profile_path", MovieTables.people)
    let adult = ColumnPlace("adult", MovieTables.people)
}

/// The columns of `movie_cast`.
struct CastColumns {
    let movieID = ColumnPlace("movie_id", MovieTables.movieCast)
    let position = ColumnPlace("position", MovieTables.movieCast)
    let personID = ColumnPlace("person_id", MovieTables.movieCast)
    let character = ColumnPlace("character", MovieTables.movieCast)
    let castOrder = ColumnPlace("cast_order", MovieTables.movieCast)
    let creditID = ColumnPlace("credit_id", MovieTables.movieCast)
    let castID = ColumnPlace("cast_id", MovieTables.movieCast)
}

/// The columns of `movie_crew`.
struct CrewColumns {
    let movieID = ColumnPlace("movie_id", MovieTables.movieCrew)
    let position = ColumnPlace("position", MovieTables.movieCrew)
    let personID = ColumnPlace("person_id", MovieTables.movieCrew)
    let job = ColumnPlace("job", MovieTables.movieCrew)
    let department = ColumnPlace("department", MovieTables.movieCrew)
    let creditID = ColumnPlace("credit_id", MovieTables.movieCrew)
}
