import Domain
import JSON

/// Decides what an answer of TMDB means (https://developer.themoviedb.org/docs/errors). It does no I/O. Used by one thread.
final class TMDBAnswers {
    /// TMDB's own code for what is not there, and for an id that cannot be one.
    private static let (codeOfAbsent, codeOfWrongID) = (Int64(34), Int64(44))

    private let parser: JSONParser
    private let buffer = ByteBuffer(capacity: 4096)

    private static let keys: [StaticString] = [
        "status_code", "status_message", "results", "id", "total_pages", "errors",
    ]

    /// - Throws: `OutOfMemory`.
    init() throws(OutOfMemory) { parser = try JSONParser(keys: Self.keys, keepsUnknown: false) }

    /// What an answer means.
    ///
    /// - Parameter url: the URL that was asked, without a key.
    func answer(to question: MovieQuestion, at url: String, _ result: TransferResult) -> ServiceAnswer {
        let place = url + (result.address.isEmpty ? "" : " (\(result.address))")
        switch result.end {
        case .notConnected:
            return .unreachable(TMDBError.notConnected(url: url, address: result.address, words: result.words))
        case .notTrusted:
            return .refused(TMDBError.notTrusted(url: url, address: result.address, words: result.words))
        case .closed where !result.isOnNewConnection:
            return .connectionClosed(words: "\(place): \(result.words)", wasSilent: false)
        case .silent where !result.isOnNewConnection:
            return .connectionClosed(words: "\(place): \(result.words)", wasSilent: true)
        case .closed, .silent, .cutOff: return .failed(words: "\(place): \(result.words)", mayRetry: true)
        case .tooLong: return .failed(words: "\(place): the body is too long", mayRetry: false)
        case .impossible: return .failed(words: "\(place): \(result.words)", mayRetry: false)
        case .answered: return answer(to: question, url, place, result)
        }
    }

    private func answer(
        to question: MovieQuestion, _ url: String, _ place: String, _ result: TransferResult
    ) -> ServiceAnswer {
        if (200..<300).contains(result.status) { return content(of: question, place, result) }
        let told = told(result.body)
        let words = told.map { "\($0.words) (TMDB's code \($0.code))" } ?? "with no message of TMDB's own"
        let told404 = "\(place) answers HTTP \(result.status): \(words)"
        switch result.status {
        case 404 where told != nil: return .absent(words: told404)
        case 403, 404: if Self.isOfAPI(question) { break } else { return .absent(words: told404) }
        case 429: return .limited(seconds: result.retryAfter, words: "\(told404); TMDB asks for fewer requests")
        case 300..<400:
            let target = result.redirect.map { " to \($0.prefix { $0 != "?" })" } ?? ""
            return .failed(
                words: "\(place) redirects\(target) (HTTP \(result.status)), which is not followed", mayRetry: false)
        case 500 where told?.code == Self.codeOfWrongID: return .wrong(words: told404)
        case 408, 500...: return .failed(words: told404, mayRetry: true)
        default: break
        }
        if result.status == 401 || result.status == 403 {
            return .refused(TMDBError.refused(url: url, status: result.status, words: words))
        }
        return .failed(words: told404, mayRetry: false)
    }

    private static func isOfAPI(_ question: MovieQuestion) -> Bool {
        switch question {
        case .movie, .page: true
        case .allIDs, .image: false
        }
    }

    private func content(of question: MovieQuestion, _ place: String, _ result: TransferResult) -> ServiceAnswer {
        guard case .page = question else {
            if result.body.isEmpty { return .failed(words: "\(place) answers without a body", mayRetry: true) }
            return .content(result.body)
        }
        guard let page = page(result.body) else {
            let type = result.contentType.isEmpty ? "" : " (\(result.contentType))"
            return .failed(words: "\(place) answers something else than a page of a list\(type)", mayRetry: true)
        }
        return .page(ids: page.ids, pages: page.pages)
    }

    /// TMDB's own code and words; nil where the body has none.
    private func told(_ body: [UInt8]) -> (code: Int64, words: String)? {
        parsed(body) { object in
            guard let code = ScalarRules.integer(object.member(0)) else { return nil }
            let first = object.member(5)?.elements.first { _ in true }
            let text = ScalarRules.text(object.member(1)) ?? ScalarRules.text(first)
            return (code, text.map { String(decoding: $0, as: UTF8.self) } ?? "no words")
        }
    }

    private func page(_ body: [UInt8]) -> (ids: [Int64], pages: Int)? {
        parsed(body) { object in
            guard let results = object.member(2), results.kind == .array,
                let pages = ScalarRules.integer(object.member(4)), pages >= 0
            else { return nil }
            return (results.elements.compactMap { ScalarRules.id($0.member(3)) }, Int(pages))
        }
    }

    private func parsed<Value>(_ body: [UInt8], _ read: (JSONValue) -> Value?) -> Value? {
        buffer.truncate(to: 0)
        body.withUnsafeBytes { _ = buffer.append($0) }
        defer { parser.releaseLongLine() }
        guard let object = try? parser.parse(buffer.bytes) else { return nil }
        return read(object)
    }
}
