import Domain

/// The types in which the migrations store columns.
enum StoredTypes {
    /// The type of a column. Some integers have a range that allows a smaller type, and amounts of money are `numeric`.
    static func type(name: String, _ type: ColumnType) -> String {
        switch type {
        case .integer:
            switch name {
            case "budget", "revenue": "numeric(19)"
            case "vote", "release_year": "smallint"
            case "days_since_release", "position": "integer"
            default: "bigint"
            }
        case .real: "double precision"
        case .text: "text"
        case .boolean: "boolean"
        case .date: "date"
        case .timestamp: "timestamptz"
        case .uuid: "uuid"
        case .blob: "bytea"
        }
    }
}
