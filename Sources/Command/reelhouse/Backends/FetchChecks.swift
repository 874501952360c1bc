import Domain
import Files

/// The checks of `doctor` for `reelhouse fetch`: whether there is a key, how old the documents are, what is unfinished.
enum FetchChecks {
    /// For how many days TMDB's terms of use allow to keep its documents: six months.
    static let mostDays: Int32 = 182

    private static let subject = "TMDB"

    /// The findings; none where nothing was ever fetched and there is no key.
    static func findings(
        _ variables: Variables, today: Int32, output: String = FetchCommand.defaultFolder,
        state: String = FetchCommand.defaultState
    ) -> [Finding] {
        let key = ["TMDB_ACCESS_TOKEN", "TMDB_API_KEY"].compactMap { variables[$0] }.first
        var findings: [Finding] = []
        if let key {
            findings.append(.ok(subject, "\(key.name) is set in \(key.place.text)").about(.configuration))
        }
        do {
            findings += try age(state, today: today).map { [$0.about(.content)] } ?? []
            findings += try FetchFolder.unfinished(in: output).filter { $0.day < today }.map { plan in
                .warn(
                    subject,
                    "the fetch of \(CivilDate.text(ofDay: plan.day)) is unfinished: "
                        + plan.arguments.joined(separator: " "),
                    "Run the same command again, which goes on with it, or add --again to begin a new one.")
            }
        } catch {
            findings.append(.fail(subject, error))
        }
        return findings
    }

    private static func age(_ state: String, today: Int32) throws -> Finding? {
        var (count, old) = (0, 0)
        try FetchFolder.forEachSeen(in: state) { movie in
            guard let seen = movie.seen else { return }
            count += 1
            if seen < today - mostDays { old += 1 }
        }
        if count == 0 { return nil }
        if old == 0 {
            return .ok(subject, "\(NumberFormat.count(count, "movie", "movies")), each fetched within six months")
        }
        return .warn(
            subject,
            "\(NumberFormat.count(old, "movie was", "movies were")) fetched more than six months ago, which is longer than "
                + "TMDB's terms of use allow to keep documents",
            "Fetch them again (`reelhouse fetch --refresh-older-than 150d`), or delete them.")
    }
}
