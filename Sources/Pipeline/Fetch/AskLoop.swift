import Domain
import Logging

/// Asks a service for many things, as `FetchMachine` says, and logs why it waits. Used by one thread.
final class AskLoop {
    /// Something that was given up.
    struct Failure: Equatable {
        var question: MovieQuestion
        var words: String
    }

    private let service: any MovieService
    private let limits: FetchMachine<MovieQuestion>.Limits
    private let stop: StopSignal
    private let logger: Logger
    private let clock: () -> Double
    /// The last words of the service about something that failed.
    private var lastWords = ""
    /// What was given up.
    private(set) var failures: [Failure] = []
    /// How many requests were made, and how many of them again.
    private(set) var requests: Int64 = 0
    private(set) var retries: Int64 = 0

    /// For how many seconds answers that are under way are waited for when a signal asks for a stop.
    private static let secondsToStop = 5.0

    init(
        _ service: any MovieService, limits: FetchMachine<MovieQuestion>.Limits, stop: StopSignal, logger: Logger,
        clock: @escaping () -> Double
    ) {
        self.service = service
        self.limits = limits
        self.stop = stop
        self.logger = logger
        self.clock = clock
    }

    /// Asks until everything is settled or given up.
    ///
    /// - Parameters:
    ///   - take: takes what is no failure: content, a page, or that something is absent. It returns why the content is not
    ///     what was asked for, and nil where it is; and what else is to be asked for.
    ///   - tell: called after each answer.
    /// - Throws: what `take` throws; `FetchError.stopped`; `FetchStopped`; the service's error where it refuses the user.
    func run(
        _ questions: [MovieQuestion],
        take: (MovieQuestion, ServiceAnswer) throws -> (fault: String?, more: [MovieQuestion]),
        tell: () -> Void
    ) throws {
        var machine = FetchMachine(questions, limits: limits)
        var stoppingSince: Double?
        while true {
            if let reason = stop.reason {
                let since = stoppingSince ?? clock()
                stoppingSince = since
                if machine.underWay == 0 || clock() - since > Self.secondsToStop {
                    throw FetchStopped(reason: reason)
                }
                try takeAnswers(waiting: 0.1, &machine, take, tell)
                continue
            }
            switch machine.next(at: clock()) {
            case .done: return
            case .ask(let question, let needsNewConnection):
                requests += 1
                try service.ask(question, needsNewConnection: needsNewConnection)
            case .wait(let seconds): try takeAnswers(waiting: min(seconds, 0.1), &machine, take, tell)
            }
        }
    }

    private func takeAnswers(
        waiting seconds: Double, _ machine: inout FetchMachine<MovieQuestion>,
        _ take: (MovieQuestion, ServiceAnswer) throws -> (fault: String?, more: [MovieQuestion]), _ tell: () -> Void
    ) throws {
        for (question, answer) in try service.answers(waiting: seconds) {
            let event = try event(question, answer, &machine, take)
            let before = machine.retries
            let decision = machine.answered(question, event, at: clock(), jitter: .random(in: 0...1))
            retries += Int64(machine.retries - before)
            switch decision {
            case .settled, .again: break
            case .paused(let pause): logger.warning("\(lastWords); waiting \(Self.text(pause))")
            case .givenUp:
                // The words of a few, so that memory does not grow by them.
                let words = failures.count < FetchReport.mostFailures ? lastWords : ""
                failures.append(Failure(question: question, words: words))
            case .stop(let reason):
                throw FetchError.stopped(service: service.location, why: words(reason), last: lastWords)
            }
            tell()
        }
    }

    private func event(
        _ question: MovieQuestion, _ answer: ServiceAnswer, _ machine: inout FetchMachine<MovieQuestion>,
        _ take: (MovieQuestion, ServiceAnswer) throws -> (fault: String?, more: [MovieQuestion])
    ) throws -> FetchMachine<MovieQuestion>.Event {
        switch answer {
        case .content, .page, .absent:
            let (fault, more) = try take(question, answer)
            for question in more { machine.add(question) }
            guard let fault else { return .settled }
            lastWords = fault
            logger.info("\(Self.name(question)): \(fault)")
            return .failed(mayRetry: true)
        case .limited(let seconds, let words):
            lastWords = words
            return .limited(seconds: seconds)
        case .connectionClosed(let words, let wasSilent):
            lastWords = words
            logger.info(words)
            return .closed(wasSilent: wasSilent)
        case .unreachable(let error):
            lastWords = error.message
            return .unreachable
        case .failed(let words, let mayRetry):
            lastWords = words
            logger.info(words)
            return .failed(mayRetry: mayRetry)
        case .wrong(let words):
            lastWords = words
            return .wrong
        case .refused(let error): throw error
        }
    }

    private func words(_ reason: FetchMachine<MovieQuestion>.StopReason) -> String {
        switch reason {
        case .pauseTooLong(let seconds): "it asks to wait for \(Self.text(seconds)), which is longer than --retry-for"
        case .neverConnected: "it cannot be reached"
        case .timeIsOver: "nothing came for as long as --retry-for says"
        case .tooManyFailures(let count): "\(count) requests in a row failed for good"
        }
    }

    /// What a question is called in messages.
    static func name(_ question: MovieQuestion) -> String {
        switch question {
        case .movie(let id): "movie \(id)"
        case .page(let list, let number): "page \(number) of \(name(list))"
        case .allIDs(let day, let isAdult):
            "the \(isAdult ? "file of adult ids" : "ID export") of \(CivilDate.text(ofDay: day))"
        case .image(let path, _): "the image \(path)"
        }
    }

    private static func name(_ list: MovieList) -> String {
        switch list {
        case .popular: "the popular movies"
        case .released(let first, let last):
            "the movies released from \(CivilDate.text(ofDay: first)) to \(CivilDate.text(ofDay: last))"
        case .changed(let first, let last):
            "the movies changed from \(CivilDate.text(ofDay: first)) to \(CivilDate.text(ofDay: last))"
        }
    }

    private static func text(_ seconds: Double) -> String { NumberFormat.duration(seconds: max(0, seconds)) }
}
