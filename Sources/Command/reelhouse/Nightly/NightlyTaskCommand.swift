import Arguments
import Domain
import Files
import Pipeline

/// The command by which a task of a nightly batch is done, or why there is nothing for it to do.
enum NightlyTaskCommand: Equatable {
    /// The words after `reelhouse`.
    case words([String])
    /// The reason.
    case nothing(String)

    /// How many days TMDB's list of changes goes back at most.
    /// (https://developer.themoviedb.org/reference/changes-movie-list)
    private static let mostDaysOfChanges: Int32 = 14
    /// The snapshots that are kept unless the command line says otherwise.
    private static let retention = ["--daily", "7", "--weekly", "4", "--monthly", "12"]

    /// The command of a task.
    ///
    /// - Parameters:
    ///   - day: the date that the batch is for.
    ///   - isPast: whether the date is before that of the clock.
    ///   - extra: what the command line adds to the task's own words.
    ///   - lastFetch: the date of the last fetch; nil where there was none.
    static func make(
        _ task: NightlyTask, _ place: NightlyPlace, day: Int32, isPast: Bool, extra: [String], lastFetch: Int32?
    ) -> NightlyTaskCommand {
        let date = CivilDate.text(ofDay: day)
        let warehouse = place.words("warehouse")
        let words: [String]
        if task.readsWarehouse, place.isEmpty { return .nothing("there is no warehouse yet, and nothing to load") }
        switch task {
        case .fetch:
            if !place.hasKey { return .nothing("no key of TMDB's API: set TMDB_ACCESS_TOKEN or TMDB_API_KEY") }
            if isPast { return .nothing("TMDB has the documents of today only") }
            let changes = [
                "--changed-since", CivilDate.text(ofDay: max(lastFetch ?? day, day - mostDaysOfChanges) - 1),
            ]
            words = ["fetch"] + place.environmentFile + (extra.isEmpty ? changes : [])
        case .movies, .events:
            guard let port = SourcePort(rawValue: task.rawValue) else { return .nothing("") }
            if let reason = place.absence(of: port) { return .nothing(reason) }
            let isDated = place.arguments.isGiven("date") || place.arguments.isGiven("backfill")
            words =
                ["run", "--only", port.rawValue, "--leave-marts"] + place.words(port.rawValue) + place.words("raw")
                + warehouse + (isDated && place.readsFiles(port) ? ["--through", date] : [])
        case .enrich: words = ["refresh", "--facts"] + warehouse
        case .marts: words = ["refresh"] + warehouse
        case .compact:
            let folder = place.eventFolder
            guard let path = folder.path else { return .nothing(folder.reason ?? "") }
            words = ["compact"] + warehouse + [path]
        case .export: words = ["export", "--date", date, "--to", place.snapshots] + warehouse
        case .check:
            // The warehouse may have later events and documents by now.
            let past = [
                "--now", "\(CivilDate.text(ofDay: day + 1))T00:00:00Z", "--skip",
                "events_are_past,movies_are_plausible",
            ]
            words = ["check"] + warehouse + (isPast ? past : [])
        case .prune:
            let folder = Location(place.snapshots).filePath
            if !Folder.isFolder(folder), place.isEmpty { return .nothing("there is no folder \(folder)") }
            words = ["prune"] + (extra.isEmpty ? retention : []) + [place.snapshots]
        }
        return .words(unique(words) + extra)
    }

    /// The words without a second `--live` or a second `--env-file` with its value.
    private static func unique(_ words: [String]) -> [String] {
        var (result, seen): ([String], Set<String>) = ([], [])
        var skipsValue = false
        for word in words {
            if skipsValue {
                skipsValue = false
            } else if word == "--live" || word == "--env-file", !seen.insert(word).inserted {
                skipsValue = word == "--env-file"
            } else {
                result.append(word)
            }
        }
        return result
    }
}

extension NightlyTask {
    /// Whether the task works on what was loaded.
    fileprivate var readsWarehouse: Bool {
        switch self {
        case .fetch, .movies, .events, .prune: false
        case .enrich, .marts, .compact, .export, .check: true
        }
    }
}
