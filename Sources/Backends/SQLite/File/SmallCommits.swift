/// Tells a first load that fills the warehouse in a few large transactions from one whose lines come in slowly, as from a
/// pipe. That one makes many small commits, which a write-ahead log is better at, and may go on for ever, while somebody
/// wants to read.
struct SmallCommits {
    /// With so many new pages a commit is a large one: 32 MiB.
    static let pagesOfALargeOne: Int64 = 2048
    /// So many small ones come in any load: its beginning, its movies, its last events, its end.
    static let usual = 4

    private var pages: Int64 = 0
    private var count = 0

    /// Takes in how many pages the database has after a commit, and says whether there were more small ones than usual.
    mutating func add(pages: Int64) -> Bool {
        if pages - self.pages < Self.pagesOfALargeOne { count += 1 }
        self.pages = pages
        return count > Self.usual
    }
}
