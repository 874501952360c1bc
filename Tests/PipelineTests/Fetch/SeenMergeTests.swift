import Domain
import Testing

@testable import Pipeline

/// What is new, changed, unchanged and gone.
@Suite struct SeenMergeTests {
    private static func old(_ fingerprint: UInt64?, gone: Int32? = nil, seen: Int32? = 90) -> SeenMovie {
        SeenMovie(movieID: 1, asked: 90, seen: seen, gone: gone, fingerprint: fingerprint)
    }

    @Test func aDocumentIsComparedWithTheLastOne() {
        var merge = SeenMerge(day: 100)
        let record = FetchRecord(index: 0, movieID: 1, outcome: .document, fingerprint: 7)
        let seen = SeenMovie(movieID: 1, asked: 100, seen: 100, gone: nil, fingerprint: 7)
        #expect(merge.merge(record, with: nil) == seen)
        #expect(merge.merge(record, with: Self.old(7)) == seen)
        #expect(merge.merge(record, with: Self.old(8)) == seen)
        #expect(merge.merge(record, with: Self.old(7, gone: 80)) == seen)
        #expect(merge.merge(record, with: Self.old(nil, gone: 80, seen: nil)) == seen)
        #expect(merge.counts == .init(new: 2, changed: 1, unchanged: 2, gone: 0))
    }

    @Test func whatIsGoneKeepsItsFirstDay() {
        var merge = SeenMerge(day: 100)
        let record = FetchRecord(index: 0, movieID: 1, outcome: .gone)
        #expect(
            merge.merge(record, with: Self.old(7))
                == SeenMovie(movieID: 1, asked: 100, seen: 90, gone: 100, fingerprint: 7))
        #expect(
            merge.merge(record, with: Self.old(7, gone: 50))
                == SeenMovie(movieID: 1, asked: 100, seen: 90, gone: 50, fingerprint: 7))
        #expect(merge.counts.gone == 2)
    }

    @Test func aResumedFetchMovesNoDayBack() {
        var merge = SeenMerge(day: 80)
        let record = FetchRecord(index: 0, movieID: 1, outcome: .document, fingerprint: 7)
        #expect(
            merge.merge(record, with: Self.old(7))
                == SeenMovie(movieID: 1, asked: 90, seen: 90, gone: nil, fingerprint: 7))
    }
}
