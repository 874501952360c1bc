import TableTesting
import Testing

@testable import Domain

/// The digest of a table: of its rows, in whatever order.
@Suite struct TableDigestTests {
    private func digest(_ rows: [[UInt8]]) -> String {
        var digest = TableDigest()
        let hasher = RowHasher()
        for row in rows {
            hasher.reset()
            hasher.add(text: row)
            digest.add(hasher)
        }
        #expect(digest.rows == Int64(rows.count))
        return digest.text
    }

    @Test func theOrderMakesNoDifferenceAndTheNumberDoes() {
        let rows = (0..<100).map { [UInt8($0)] }
        var generator = SeededGenerator(seed: 1)
        let expected = digest(rows)
        #expect(digest(rows.shuffled(using: &generator)) == expected)
        #expect(digest(rows.dropLast()) != expected)
        #expect(digest(rows + [rows[0]]) != expected)
        #expect(digest(rows.dropLast() + [rows[0]]) != expected)
        #expect(digest([]) == String(repeating: "0", count: 32))
        #expect(digest([rows[0], rows[0]]) != digest([]))
        #expect(digest([rows[0], rows[0]]) != digest([rows[1], rows[1]]))
        #expect(expected.count == 32)
    }

    @Test func valuesDoNotRunIntoEachOther() {
        func one(_ fill: (RowHasher) -> Void) -> String {
            let hasher = RowHasher()
            fill(hasher)
            var digest = TableDigest()
            digest.add(hasher)
            return digest.text
        }
        let digests = [
            one { _ in }, one { $0.addNull() }, one { $0.add(integer: 0) }, one { $0.add(text: []) },
            one { $0.add(text: [0]) },
            one {
                $0.add(text: [1])
                $0.add(text: [2, 3])
            },
            one {
                $0.add(text: [1, 2])
                $0.add(text: [3])
            },
            one { $0.add(text: [1, 2, 3]) },
            one {
                $0.addNull()
                $0.add(text: [1])
            },
            one {
                $0.add(text: [1])
                $0.addNull()
            },
            one { $0.add(real: 1) }, one { $0.add(integer: 1) },
        ]
        // An empty text and the integer 0 are written alike: a column has one type only.
        #expect(Set(digests).count == digests.count - 1)
        #expect(one { $0.add(real: -0.0) } == one { $0.add(real: 0) })
    }

    @Test func theNameOfATableCounts() {
        var row = TableDigest()
        let hasher = RowHasher()
        hasher.add(integer: 5)
        row.add(hasher)
        func total(_ parts: [(TableDigest, String)]) -> String {
            var total = TableDigest()
            for (digest, name) in parts { total.add(digest, named: name) }
            return total.text
        }
        let empty = TableDigest()
        #expect(total([(row, "a"), (empty, "b")]) != total([(empty, "a"), (row, "b")]))
        #expect(total([(row, "a"), (empty, "b")]) == total([(empty, "b"), (row, "a")]))
    }
}
