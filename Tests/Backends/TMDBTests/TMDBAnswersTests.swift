import Domain
import Testing

@testable import TMDB

/// What TMDB's answers, and the ends of transfers, mean.
@Suite struct TMDBAnswersTests {
    /// The kinds of meaning, to be compared.
    private enum Meaning: Equatable {
        case content, page([Int64], Int), absent, limited(Double?), closed(Bool), unreachable, failed(Bool), wrong,
            refused
    }

    private static func words(_ answer: ServiceAnswer) -> String {
        switch answer {
        case .absent(let words), .limited(_, let words), .connectionClosed(let words, _), .failed(let words, _),
            .wrong(let words):
            words
        case .refused(let error), .unreachable(let error): error.message
        case .content, .page: ""
        }
    }

    private static func meaning(_ answer: ServiceAnswer) -> Meaning {
        switch answer {
        case .content: .content
        case .page(let ids, let pages): .page(ids, pages)
        case .absent: .absent
        case .limited(let seconds, _): .limited(seconds)
        case .connectionClosed(_, let wasSilent): .closed(wasSilent)
        case .unreachable: .unreachable
        case .failed(_, let mayRetry): .failed(mayRetry)
        case .wrong: .wrong
        case .refused: .refused
        }
    }

    private static func answer(_ question: MovieQuestion, _ result: TransferResult) throws -> ServiceAnswer {
        try TMDBAnswers().answer(to: question, at: "https://api.example/3/movie/603", result)
    }

    private static func http(_ status: Int, _ body: String, retryAfter: Double? = nil) -> TransferResult {
        var result = TransferResult(end: .answered)
        (result.status, result.body, result.retryAfter) = (status, Array(body.utf8), retryAfter)
        return result
    }

    private static func told(_ code: Int) -> String {
        #"{"success":false,"status_code":\#(code),"status_message":"Words of the server."}"#
    }

    @Test func answersOfMovies() throws {
        let cases: [(TransferResult, Meaning)] = [
            (Self.http(200, "{}"), .content), (Self.http(200, ""), .failed(true)),
            (Self.http(404, Self.told(34)), .absent), (Self.http(404, "<html>"), .failed(false)),
            (Self.http(404, "{}"), .failed(false)), (Self.http(500, Self.told(44)), .wrong),
            (Self.http(500, Self.told(11)), .failed(true)), (Self.http(502, "<html>"), .failed(true)),
            (Self.http(503, ""), .failed(true)), (Self.http(408, ""), .failed(true)),
            (Self.http(400, Self.told(22)), .failed(false)), (Self.http(422, "{}"), .failed(false)),
            (Self.http(302, ""), .failed(false)), (Self.http(401, Self.told(7)), .refused),
            (Self.http(403, Self.told(3)), .refused), (Self.http(429, Self.told(25)), .limited(nil)),
            (Self.http(429, Self.told(25), retryAfter: 7), .limited(7)), (Self.http(429, "<html>"), .limited(nil)),
        ]
        for (result, meaning) in cases {
            let answer = try Self.answer(.movie(603), result)
            #expect(Self.meaning(answer) == meaning, "\(result.status): \(Self.words(answer))")
        }
        let words = Self.words(try Self.answer(.movie(603), Self.http(400, Self.told(22))))
        #expect(words.contains("Words of the server.") && words.contains("code 22"), "\(words)")
        #expect(words.contains("https://api.example/3/movie/603"))
    }

    @Test func pagesOfLists() throws {
        let page = #"{"page":1,"results":[{"id":3},{"id":null},{"id":5}],"total_pages":9}"#
        let question = MovieQuestion.page(.popular, number: 1)
        #expect(Self.meaning(try Self.answer(question, Self.http(200, page))) == .page([3, 5], 9))
        for body in ["{}", "<html>", #"{"results":7,"total_pages":1}"#, #"{"results":[]}"#] {
            #expect(Self.meaning(try Self.answer(question, Self.http(200, body))) == .failed(true), "\(body)")
        }
    }

    @Test func filesThatAreNotThere() throws {
        for question in [MovieQuestion.allIDs(day: 0, isAdult: false), .image(path: "/a.jpg", size: "w92")] {
            for status in [403, 404] {
                #expect(Self.meaning(try Self.answer(question, Self.http(status, "<Error>"))) == .absent)
            }
            #expect(Self.meaning(try Self.answer(question, Self.http(500, ""))) == .failed(true))
        }
    }

    @Test func endsOfTransfers() throws {
        let cases: [(TransferResult.End, Bool, Meaning)] = [
            (.closed, false, .closed(false)), (.closed, true, .failed(true)), (.cutOff, false, .failed(true)),
            (.silent, false, .closed(true)), (.silent, true, .failed(true)),
            (.notConnected, true, .unreachable), (.notTrusted, true, .refused), (.tooLong, false, .failed(false)),
            (.impossible, false, .failed(false)),
        ]
        for (end, isNew, meaning) in cases {
            var result = TransferResult(end: end, words: "words of libcurl")
            (result.isOnNewConnection, result.address) = (isNew, "192.0.2.7 port 443")
            let answer = try Self.answer(.movie(603), result)
            #expect(Self.meaning(answer) == meaning, "\(end)")
            #expect(Self.words(answer).contains("192.0.2.7 port 443"), "\(Self.words(answer))")
        }
    }

    @Test func aRedirectIsToldWithoutItsQuery() throws {
        var result = Self.http(302, "")
        result.redirect = "https://evil.example/3/movie/603?api_key=secret"
        let words = Self.words(try Self.answer(.movie(603), result))
        #expect(words.contains("https://evil.example/3/movie/603") && !words.contains("secret"), "\(words)")
    }
}
