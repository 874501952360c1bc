/// The tasks of a nightly batch, in the order in which they are done.
public enum NightlyTask: String, Sendable, CaseIterable {
    /// Fetches movie documents from TMDB.
    case fetch
    /// Loads movie documents.
    case movies
    /// Loads events.
    case events
    /// Enriches facts whose movies have arrived or changed.
    case enrich
    /// Brings the marts, indexes and statistics up to date.
    case marts
    /// Compacts event files.
    case compact
    /// Exports a snapshot.
    case export
    /// Checks the warehouse.
    case check
    /// Removes old snapshots.
    case prune

    /// The tasks without which this one is not done. The others before it only come first: what they did not do is not
    /// waited for.
    public var needs: Set<NightlyTask> {
        switch self {
        case .fetch, .movies, .events, .enrich: []
        case .marts: [.enrich]
        case .compact: [.events]
        case .export: [.movies, .events, .marts]
        case .check: [.marts]
        case .prune: [.export]
        }
    }

    /// What it does, in a few words.
    public var summary: String {
        switch self {
        case .fetch: "fetch movie documents from TMDB"
        case .movies: "load movie documents"
        case .events: "load events"
        case .enrich: "enrich facts whose movies have arrived or changed"
        case .marts: "bring marts, indexes and statistics up to date"
        case .compact: "compact event files that are loaded"
        case .export: "export a snapshot"
        case .check: "check the warehouse"
        case .prune: "remove old snapshots"
        }
    }
}
