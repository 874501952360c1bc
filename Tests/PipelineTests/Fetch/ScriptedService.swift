import Domain
import Pipeline

/// A service in memory: documents of small movies, with a limit of requests after which it fails as a killed program would.
final class ScriptedService: MovieService {
    /// The error of a service that ends the program.
    struct Killed: Error {}

    let location = "memory"
    let version = "3"
    /// What was asked, in order.
    private(set) var asked: [MovieQuestion] = []
    private var waiting: [MovieQuestion] = []
    private let killsAfter: Int?
    private let answersAtATime: Int

    /// - Parameters:
    ///   - killsAfter: how many questions are taken; nil for all.
    ///   - answersAtATime: how many answers come at once; the last question first, so that they are out of order.
    init(killsAfter: Int? = nil, answersAtATime: Int = 3) {
        self.killsAfter = killsAfter
        self.answersAtATime = answersAtATime
    }

    func ask(_ question: MovieQuestion, needsNewConnection: Bool) throws {
        if let killsAfter, asked.count >= killsAfter { throw Killed() }
        asked.append(question)
        waiting.append(question)
    }

    func answers(waiting seconds: Double) -> [(question: MovieQuestion, answer: ServiceAnswer)] {
        let answered = Array(waiting.suffix(answersAtATime).reversed())
        waiting.removeLast(answered.count)
        return answered.map { ($0, Self.answer($0)) }
    }

    func close() {}

    /// Every seventh movie is gone.
    static func answer(_ question: MovieQuestion) -> ServiceAnswer {
        switch question {
        case .movie(let id):
            if id % 7 == 0 { return .absent(words: "no movie \(id)") }
            return .content(Array("{\"id\":\(id),\n\"title\":\"T\(id)\",\"popularity\":\(id)}".utf8))
        case .page(_, let number):
            return .page(ids: (0..<20).map { Int64(number * 20 + $0) }, pages: 40)
        case .allIDs, .image: return .absent(words: "none")
        }
    }
}

/// A store that promises what it does not keep: every fifth record is lost, as one that is only in memory in a kill.
final class ForgetfulStore: FetchStore {
    private let store: any FetchStore
    private var count = 0

    init(_ store: any FetchStore) { self.store = store }

    func keep(_ record: FetchRecord, posterPath: String?, document: UnsafeRawBufferPointer) throws {
        count += 1
        if count % 5 > 0 { try store.keep(record, posterPath: posterPath, document: document) }
    }

    var plan: FetchPlan? { store.plan }
    func begin(_ plan: FetchPlan) throws { try store.begin(plan) }
    func pages() throws -> [String: (ids: [Int64], pages: Int)] { try store.pages() }
    func keep(page: String, ids: [Int64], pages: Int) throws { try store.keep(page: page, ids: ids, pages: pages) }
    func ids() throws -> [Int64]? { try store.ids() }
    func fix(ids: [Int64]) throws { try store.fix(ids: ids) }
    func lines(of file: [UInt8]) throws -> any SourceSet { try store.lines(of: file) }
    func records() throws -> [FetchRecord] { try store.records() }
    func posterPaths() throws -> Set<String> { try store.posterPaths() }
    func document(of index: Int) throws -> [UInt8] { try store.document(of: index) }
    func write(_ next: () throws -> [UInt8]?) throws { try store.write(next) }
    func seal(day: Int32, _ text: (FetchedSnapshot) -> String) throws -> FetchedSnapshot {
        try store.seal(day: day, text)
    }
    func sealed() throws -> String? { try store.sealed() }
    func keep(failed ids: [Int64], day: Int32) throws -> String? { try store.keep(failed: ids, day: day) }
    func publish() throws -> FetchedSnapshot { try store.publish() }
    func end() throws { try store.end() }
    func snapshotName(day: Int32) -> String { store.snapshotName(day: day) }
    func forEachSeen(_ body: (SeenMovie) throws -> Void) throws { try store.forEachSeen(body) }
    func replaceSeen(_ body: (SeenMovie?, (SeenMovie) throws -> Void) throws -> Void) throws {
        try store.replaceSeen(body)
    }
    func complete(day: Int32) throws -> (name: String, text: String)? { try store.complete(day: day) }
    func posters() throws -> [String: RawReference] { try store.posters() }
    func keep(posters: [(name: String, reference: RawReference)]) throws { try store.keep(posters: posters) }
    func failedPosters() throws -> Set<String> { try store.failedPosters() }
    func keep(failedPosters names: Set<String>) throws { try store.keep(failedPosters: names) }
    func backedUp() throws -> (count: Int, total: Int)? { try store.backedUp() }
    func keep(backedUp count: Int, of total: Int) throws { try store.keep(backedUp: count, of: total) }
}
