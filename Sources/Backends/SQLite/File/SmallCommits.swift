/// Detects a first load whose lines come in slowly, for example from a pipe. Such a load makes many small commits
/// instead of a few large ones. A write-ahead log is better at small commits. The load may also go on for ever, while
/// somebody wants to read.
struct SmallCommits {
    /// A commit with at least this many new pages is a large one: 32 MiB.
    static let pagesOfALargeOne: Int64 = 2048
    /// How many small commits any load makes: at its beginning, for its movies, for its last events, and at its end.
    static let usual = 4

    private var pages: Int64 = 0
    private var count = 0

    /// Counts a commit, after which the database has `pages` pages. Returns whether there were more small commits than
    /// usual.
    mutating func add(pages: Int64) -> Bool {
        if pages - self.pages < Self.pagesOfALargeOne { count += 1 }
        self.pages = pages
        return count > Self.usual
    }
}
