/// A list of movies that a service keeps.
public enum MovieList: Hashable, Sendable {
    /// The movies that are popular now.
    case popular
    /// The movies released on these days, as days since 1970-01-01.
    case released(first: Int32, last: Int32)
    /// The movies that were changed on these days.
    case changed(first: Int32, last: Int32)
}

/// What a fetch asks a service for.
public enum MovieQuestion: Hashable, Sendable {
    /// The document of a movie.
    case movie(Int64)
    /// A page of a list, from 1.
    case page(MovieList, number: Int)
    /// The file with all ids of a day; those of adult movies are a file of their own.
    case allIDs(day: Int32, isAdult: Bool)
    /// An image, by the path that a document gives and a size.
    case image(path: String, size: String)
}

/// What a service answers.
public enum ServiceAnswer: Sendable {
    /// The document, the file or the image.
    case content([UInt8])
    /// A page of a list: the ids on it, and how many pages there are.
    case page(ids: [Int64], pages: Int)
    /// The service says that there is no such thing.
    case absent(words: String)
    /// Too many requests: none may be made for some seconds. Nil where the service does not say for how many.
    case limited(seconds: Double?, words: String)
    /// The connection broke, or nothing came on it for too long, and it had worked for other requests before.
    case connectionClosed(words: String, wasSilent: Bool)
    /// There is no connection to the service.
    case unreachable(any ReportedError)
    /// This request failed; `mayRetry` says whether the same one may succeed later.
    case failed(words: String, mayRetry: Bool)
    /// The service answers that there can be no such thing: the question is wrong.
    case wrong(words: String)
    /// The service refuses every request of this user.
    case refused(any ReportedError)
}

/// The port by which a fetch asks a service of movies over a network, many questions at a time. Used by one thread.
///
///     try service.ask(.movie(603), needsNewConnection: false)
///     for (question, answer) in try service.answers(waiting: 0.1) { … }
public protocol MovieService: AnyObject {
    /// The service's address without keys.
    var location: String { get }
    /// The version of the service's interface, for the manifest.
    var version: String { get }

    /// Begins to ask. Returns at once.
    ///
    /// - Parameter needsNewConnection: whether an earlier try of the question came to nothing on a connection that may be
    ///   dead.
    func ask(_ question: MovieQuestion, needsNewConnection: Bool) throws

    /// The answers that are there. Waits for the first one for at most some seconds.
    func answers(waiting seconds: Double) throws -> [(question: MovieQuestion, answer: ServiceAnswer)]

    /// Gives up what has no answer yet.
    func close()
}
