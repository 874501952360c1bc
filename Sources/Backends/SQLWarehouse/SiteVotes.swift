import Domain

/// Sums the site's ratings by movie. A database that groups by hashing does it in SQL (`sums`); for others it is done in
/// Swift, because they would sort all ratings, which are stored in the order of their users.
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

    /// A query that gives each rating as a row of `table`: the expressions are those of its columns, in their order.
    private static func ratings(_ dialect: SQLDialect) -> String {
        let expressions = ["movie_id": "movie_id", "votes": "1", "total": dialect.whole("score * 1000")]
        let selected = table.columns.compactMap { column in
            expressions[column.name].map { "\($0) AS \(column.name)" }
        }
        return "SELECT \(selected.joined(separator: ", ")) FROM \(dialect.table("ratings"))"
    }

    /// A subquery with the sums.
    static func sums(_ dialect: SQLDialect) -> String {
        """
        (SELECT movie_id, \(dialect.integer("sum(votes)")) AS votes, \(dialect.integer("sum(total)")) AS total
            FROM (\(ratings(dialect))) AS rating GROUP BY movie_id)
        """
    }

    /// Sums all ratings.
    init(_ database: any SQLDatabase) throws {
        let ratings = try database.query(Self.ratings(database.dialect), [])
        let scratch = rows.scratch
        let cells = Self.table.cells
        while try ratings.next() {
            for column in cells.indices { scratch.set(ratings.integer(column), column: column, cell: cells[column]) }
            rows.merge(text: UnsafeRawPointer(scratch.cells))
        }
    }
}
