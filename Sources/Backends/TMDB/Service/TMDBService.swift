import Domain

import enum Logging.Redaction

/// TMDB over the network.
public final class TMDBService: MovieService {
    private let requests: TMDBRequests
    private let engine: TransferEngine
    private let answers: TMDBAnswers
    private let secret: String
    private var asked: [Int: MovieQuestion] = [:]
    private var next = 0

    /// The API's base URL.
    public var location: String { requests.location }
    /// The version of TMDB's API.
    public var version: String { "3" }

    /// A service. Connects with the first question.
    ///
    /// - Throws: `TMDBError` where there is no key, or a base URL cannot be used.
    public init(_ settings: TMDBSettings) throws {
        requests = try TMDBRequests(settings)
        engine = try TransferEngine(settings.transfers)
        answers = try TMDBAnswers()
        secret = settings.credential?.secret ?? ""
    }

    /// Begins to ask.
    public func ask(_ question: MovieQuestion, needsNewConnection: Bool) throws {
        next += 1
        asked[next] = question
        try engine.begin(requests.request(question, needsNewConnection: needsNewConnection), number: next)
    }

    /// The answers that are there.
    public func answers(waiting seconds: Double) throws -> [(question: MovieQuestion, answer: ServiceAnswer)] {
        let milliseconds = Int((max(0, min(seconds, 60)) * 1000).rounded(.up))
        return try engine.finished(waiting: milliseconds).compactMap { number, result in
            guard let question = asked.removeValue(forKey: number) else { return nil }
            var result = result
            // What a server or libcurl says may repeat the request.
            result.words = masked(result.words)
            result.redirect = result.redirect.map(masked)
            return (question, answers.answer(to: question, at: requests.shown(question), result).masked(masked))
        }
    }

    /// Gives up what has no answer yet.
    public func close() {
        engine.close()
        asked = [:]
    }

    private func masked(_ text: String) -> String {
        let words = Redaction.text(text)
        if secret.isEmpty { return words }
        return words.split(separator: secret, omittingEmptySubsequences: false).joined(separator: Redaction.mask)
    }
}

extension ServiceAnswer {
    /// The same answer with other words.
    fileprivate func masked(_ mask: (String) -> String) -> ServiceAnswer {
        switch self {
        case .absent(let words): .absent(words: mask(words))
        case .limited(let seconds, let words): .limited(seconds: seconds, words: mask(words))
        case .connectionClosed(let words, let wasSilent): .connectionClosed(words: mask(words), wasSilent: wasSilent)
        case .failed(let words, let mayRetry): .failed(words: mask(words), mayRetry: mayRetry)
        case .wrong(let words): .wrong(words: mask(words))
        case .refused(let error as TMDBError): .refused(error.masked(mask))
        case .unreachable(let error as TMDBError): .unreachable(error.masked(mask))
        case .content, .page, .refused, .unreachable: self
        }
    }
}

extension TMDBError {
    /// The same error with other words of the server's.
    fileprivate func masked(_ mask: (String) -> String) -> TMDBError {
        switch self {
        case .notConnected(let url, let address, let words):
            .notConnected(url: url, address: address, words: mask(words))
        case .notTrusted(let url, let address, let words): .notTrusted(url: url, address: address, words: mask(words))
        case .refused(let url, let status, let words): .refused(url: url, status: status, words: mask(words))
        case .noKey, .wrongAddress, .library: self
        }
    }
}
