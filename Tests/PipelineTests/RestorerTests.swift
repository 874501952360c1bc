import Domain
import Testing

@testable import Pipeline

/// What is restored of sources, and what is left out.
@Suite struct RestorerTests {
    private final class Target: RestoreTarget {
        let location = "out"
        private(set) var lines: [Int32: [String]] = [:]
        private(set) var isFinished = false
        private(set) var isDiscarded = false

        func add(_ line: UnsafeRawBufferPointer, of day: Int32) throws {
            lines[day, default: []].append(String(decoding: line, as: UTF8.self))
        }
        func finish() throws -> RestoredFiles {
            isFinished = true
            var files = RestoredFiles()
            files.count = lines.count
            return files
        }
        func discard() { isDiscarded = true }
    }

    private struct Documents: SourceSet {
        let port = SourcePort.movies
        let lines: [(text: String, day: Int32, note: LineNote?)]
        var notice: SourceNotice?
        var failure: Bool = false
        func describe() -> [SourceDescription] { [SourceDescription(name: "movie/0", size: nil)] }
        func open(_ request: SourceRequest, known: ((KnownSource) throws -> Void) throws -> Void) throws
            -> any LineSource
        {
            // Nothing is known: all of it is read.
            try known { _ in Issue.record("no source is known") }
            return Reader(self)
        }
    }

    private struct Lost: Error {}

    private final class Reader: LineSource {
        private let documents: Documents
        private var isRead = false
        init(_ documents: Documents) { self.documents = documents }
        func next() throws -> LineChunk? {
            if isRead, documents.failure { throw Lost() }
            if isRead { return nil }
            isRead = true
            let source = Source(name: "movie/0", port: .movies, number: 0)
            let chunk = LineChunk(source: source, capacity: 64, start: SourcePosition())
            for (index, (text, day, note)) in documents.lines.enumerated() {
                let bytes = Array(text.utf8)
                let offset = bytes.withUnsafeBytes { chunk.buffer.append($0) }
                if let note { chunk.notes.append(note) }
                chunk.lines.append(
                    Line(
                        span: ByteRange(offset: offset, length: bytes.count), number: Int64(index), byteOffset: 0,
                        snapshotDay: day, note: note == nil ? -1 : Int32(chunk.notes.count - 1)))
            }
            chunk.notice = documents.notice
            chunk.isLast = true
            return chunk
        }
        var remarks: [SourceRemark] { [SourceRemark(name: "movie/0", reason: "r")] }
    }

    private func restore(_ documents: Documents, to target: Target) throws -> RestoreReport {
        try Restorer(from: documents, to: target, clockDay: 7, clock: { 0 }, logger: .silent).run()
    }

    @Test func eachDocumentIsAddedToItsDateAndTheOthersAreNamed() throws {
        let documents = Documents(
            lines: [
                ("{\"id\":1}", 5, nil), ("{\n}", 6, nil), ("{\"a\":\"\n\"}", 5, nil),
                ("{\"lo", 5, .tooLong(length: 17_000_000, sha256: "")), ("{\"id\":1}", 5, nil),
                ("{}", 2_932_897, nil), ("{}", 2_932_896, nil), ("{}", -719_163, nil),
            ], notice: .lost("2 records"))
        let target = Target()
        let report = try restore(documents, to: target)
        #expect(target.lines == [5: ["{\"id\":1}\n", "{\"id\":1}\n"], 6: ["{ }\n"], 2_932_896: ["{}\n"]])
        #expect(report.documents == 4 && report.bytes == 21 && report.files.count == 3 && report.isIncomplete)
        #expect(
            report.leftOut == [
                LeftOutDocument(source: "movie/0", line: 2, bytes: 9, reason: .notOneLine),
                LeftOutDocument(source: "movie/0", line: 3, bytes: 17_000_000, reason: .tooLong),
                LeftOutDocument(source: "movie/0", line: 5, bytes: 2, reason: .noDate),
                LeftOutDocument(source: "movie/0", line: 7, bytes: 2, reason: .noDate),
            ])
        #expect(report.lost == [SourceRemark(name: "movie/0", reason: "2 records")] && report.remarks.count == 1)
    }

    /// A topic of events would replace the files of movies.
    @Test func aTopicWithoutMoviesIsNotRestored() {
        let target = Target()
        let events = Documents(lines: [("{\"user_id\":1}", 5, nil), ("no JSON", 5, nil), ("{\"id\":0}", 5, nil)])
        let error = #expect(throws: NoMovieDocuments.self) { try restore(events, to: target) }
        #expect(error?.message.contains("3 messages") == true && !target.isFinished && target.isDiscarded)
    }

    @Test func anErrorOfTheSourceFinishesNothing() {
        let target = Target()
        let documents = Documents(lines: [("{}", 5, nil)], failure: true)
        #expect(throws: Lost.self) { try restore(documents, to: target) }
        #expect(!target.isFinished && target.isDiscarded)
    }
}
