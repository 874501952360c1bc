/// A port whose location `--live` takes from a variable.
enum LivePort: String, CaseIterable, Sendable {
    case movies
    case events
    case raw
    case warehouse

    /// The name of the port in messages.
    var name: String { self == .raw ? "raw store" : rawValue }

    /// Whether lines come in by the port.
    var isInput: Bool { self == .movies || self == .events }

    /// The name of the port in a sentence: `movies`, `the warehouse`.
    var nameInSentence: String { isInput ? name : "the \(name)" }

    /// The variable that has the port's location.
    var variable: String {
        switch self {
        case .movies: "REELHOUSE_MOVIES"
        case .events: "REELHOUSE_EVENTS"
        case .raw: "REELHOUSE_RAW"
        case .warehouse: "REELHOUSE_WAREHOUSE"
        }
    }

    /// The variable that has the address of the port's server, which counts where `variable` has no value.
    var serverVariable: String {
        switch self {
        case .movies, .events: "KAFKA_BOOTSTRAP_SERVERS"
        case .raw: "MONGO_URI"
        case .warehouse: "POSTGRES_URI"
        }
    }

    /// The schemes of the locations that `serverVariable` can give, and the form of its value.
    var server: (schemes: Set<String>, form: String) {
        switch self {
        case .movies, .events: (["kafka"], "host:9092,host:9092")
        case .raw: (["mongodb", "mongodb+srv"], "mongodb://HOST/DATABASE")
        case .warehouse: (["postgresql", "postgres"], "postgresql://USER@HOST/DATABASE")
        }
    }

    /// The form of a location of the port on a server.
    var form: String {
        switch self {
        case .movies: "kafka://HOST:9092/movie"
        case .events: "kafka://HOST:9092/user_logs"
        case .raw: "mongodb://USER:PASSWORD@HOST/DATABASE"
        case .warehouse: "postgresql://USER@HOST/DATABASE"
        }
    }

    /// Both variables, as a part of a sentence.
    var variables: String { "\(variable) or \(serverVariable)" }

    /// The location that a value of `serverVariable` stands for.
    func location(ofServer value: String) -> String {
        switch self {
        case .movies: ServerAddress.kafka(value, topic: "movie")
        case .events: ServerAddress.kafka(value, topic: "user_logs")
        case .raw: ServerAddress.mongoDB(value)
        case .warehouse: ServerAddress.postgreSQL(value)
        }
    }

    /// The location that the variables give, and the variable that gives it; nil where none does.
    func location(in variables: Variables) -> (text: String, variable: Variables.Variable)? {
        if let own = variables[variable] { return (own.value, own) }
        return variables[serverVariable].map { (location(ofServer: $0.value), $0) }
    }
}
