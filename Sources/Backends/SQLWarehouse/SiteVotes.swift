import Domain

/// Sums the site's ratings by movie. This is done in Swift, because a database would sort all ratings, which are stored
/// in the order of their users.
struct SiteVotes {
    /// The columns of the sums.
    static let table = Table(
        "site_votes", .marts, "The site's ratings by movie.", key: ["movie_id"], merge: [.sum(["votes", "total"])],
        columns: [
            .required("movie_id", .integer, "The movie."),
            .required("votes", .integer, "How many ratings it has."),
            .required("total", .integer, "Their sum: each times 1,000, cut to an integer."),
        ])

    /// The sums.
    let rows = MergeTable(table)

    /// Sums all ratings.
    init(_ database: any SQLDatabase) throws {
        let dialect = database.dialect
        let ratings = try database.query(
            "SELECT movie_id, \(dialect.whole("score * 1000")) FROM \(dialect.table("ratings"))", [])
        let scratch = rows.scratch
        while try ratings.next() {
            scratch.set(ratings.integer(0), column: 0, cell: 1)
            scratch.set(1 as Int64, column: 1, cell: 2)
            scratch.set(ratings.integer(1), column: 2, cell: 3)
            rows.merge(text: UnsafeRawPointer(scratch.cells))
        }
    }
}
