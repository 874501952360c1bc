import Servers
import Testing

@testable import PostgreSQL

@Suite(.needsServer) struct CopyTests {
    private static let columns: [(name: String, type: PostgresType)] = [
        ("a", .bigint), ("b", .integer), ("c", .smallint), ("d", .double), ("e", .real), ("f", .boolean), ("g", .text),
        ("h", .bytea), ("i", .uuid), ("j", .date), ("k", .timestamptz), ("l", .numeric),
    ]

    private func makeTable(_ test: TestConnection) throws {
        try test.connection.execute(
            """
            CREATE TABLE \(test.qualified("t")) (a bigint, b integer, c smallint, d double precision, e real, f boolean,
                g text, h bytea, i uuid, j date, k timestamptz, l numeric)
            """)
    }

    private func copy(_ test: TestConnection) throws -> PostgresCopy {
        try test.connection.copy(into: "t", schema: test.location.schema, columns: CopyTests.columns)
    }

    @Test func everyTypeGoesIn() throws {
        let test = try TestConnection()
        try makeTable(test)
        let copy = try copy(test)
        copy.beginRow()
        for _ in CopyTests.columns { copy.addNull() }
        try copy.endRow()
        for edge in [Int64.min, .max] {
            copy.beginRow()
            copy.add(integer: edge)
            copy.add(integer: Int64(edge < 0 ? Int32.min : .max))
            copy.add(integer: Int64(edge < 0 ? Int16.min : .max))
            copy.add(real: edge < 0 ? -.infinity : .nan)
            copy.add(real: 0.5)
            copy.add(integer: edge < 0 ? 0 : 1)
            copy.add(text: edge < 0 ? "" : "é\u{1F3AC}")
            [UInt8]([0, 255]).withUnsafeBytes { bytes in
                copy.add(bytes: edge < 0 ? .init(rebasing: bytes[..<0]) : bytes)
            }
            copy.add(high: edge < 0 ? 0 : .max, low: .max)
            copy.add(integer: edge < 0 ? -719_162 : 2_932_896)
            copy.add(integer: edge < 0 ? -1 : 253_402_300_799_999)
            if edge < 0 { copy.add(integer: edge) } else { copy.add(real: 1.25e-7) }
            try copy.endRow()
        }
        #expect(try copy.finish() == 3)
        try test.connection.begin()
        let rows = try test.connection.query("SELECT t::text FROM \(test.qualified("t")) AS t")
        var texts: [String] = []
        while try rows.next() { texts.append(rows.text(0) ?? "") }
        #expect(
            texts == [
                "(,,,,,,,,,,,)",
                "(-9223372036854775808,-2147483648,-32768,-Infinity,0.5,f,\"\",\"\\\\x\","
                    + "00000000-0000-0000-ffff-ffffffffffff,0001-01-01,\"1969-12-31 23:59:59.999+00\","
                    + "-9223372036854775808)",
                "(9223372036854775807,2147483647,32767,NaN,0.5,t,é🎬,\"\\\\x00ff\","
                    + "ffffffff-ffff-ffff-ffff-ffffffffffff,9999-12-31,\"9999-12-31 23:59:59.999+00\",0.000000125)",
            ])
        try test.connection.rollback()
    }

    /// A cell that its column cannot hold costs its row; the COPY goes on.
    @Test func whatAColumnCannotHoldIsAnErrorOfItsRow() throws {
        let test = try TestConnection()
        try test.connection.execute("CREATE TABLE \(test.qualified("t")) (b integer, f boolean, k timestamptz)")
        let copy = try test.connection.copy(
            into: "t", schema: test.location.schema, columns: [("b", .integer), ("f", .boolean), ("k", .timestamptz)])
        for (row, cells) in [[1, 1, 1], [1 << 31, 0, 0], [0, 2, 0], [0, 0, .max], [2, 0, 2]].enumerated() {
            copy.beginRow()
            for cell in cells { copy.add(integer: Int64(cell)) }
            guard (1...3).contains(row) else {
                try copy.endRow()
                continue
            }
            let error = try postgresError { try copy.endRow() }
            #expect(error.problem == .value && error.copyRow == 2)
            #expect(error.objects.column == ["b", "f", "k"][row - 1])
        }
        copy.beginRow()
        copy.add(integer: 1)
        #expect(try postgresError { try copy.endRow() }.message.contains("a row has 1 cells for 3 columns"))
        #expect(try copy.finish() == 2)
    }

    @Test func aHundredThousandRowsGoIn() throws {
        let test = try TestConnection()
        try test.connection.execute("CREATE TABLE \(test.qualified("t")) (a bigint, g text)")
        try test.connection.begin()
        let copy = try test.connection.copy(
            into: "t", schema: test.location.schema, columns: [("a", .bigint), ("g", .text)])
        let text = String(repeating: "x", count: 200)
        for row in 1...Int64(100_000) {
            copy.beginRow()
            copy.add(integer: row)
            copy.add(text: text)
            try copy.endRow()
        }
        #expect(try copy.finish() == 100_000 && copy.rows == 100_000)
        try test.connection.commit()
        #expect(try test.value("SELECT sum(a) + sum(length(g)) FROM \(test.qualified("t"))") == "5020050000")
    }

    /// One row that the server refuses, early or late, with much or little behind it.
    @Test(arguments: [1, 2, 30_000, 60_000]) func anErrorInTheMiddleIsTold(bad: Int64) throws {
        let test = try TestConnection()
        try test.connection.execute(
            "CREATE TABLE \(test.qualified("t")) (a bigint CONSTRAINT fine CHECK (a <> \(bad)), g text)")
        let copy = try test.connection.copy(
            into: "t", schema: test.location.schema, columns: [("a", .bigint), ("g", .text)])
        let text = String(repeating: "x", count: 200)
        let error = try postgresError {
            for row in 1...Int64(60_000) {
                copy.beginRow()
                copy.add(integer: row)
                copy.add(text: text)
                try copy.endRow()
            }
            _ = try copy.finish()
        }
        #expect(error.sqlState == "23514" && error.problem == .constraint)
        #expect(error.copyRow == bad && error.objects.constraint == "fine")
        #expect(error.message.hasSuffix("while copying rows into \(test.qualified("t")), row \(bad)"))
        #expect(!error.isConnectionLost)
        #expect(try test.value("SELECT count(*) FROM \(test.qualified("t"))") == "0")
    }

    @Test func theNullCharacterIsRefusedWithItsRow() throws {
        let test = try TestConnection()
        try test.connection.execute("CREATE TABLE \(test.qualified("t")) (g text)")
        let copy = try test.connection.copy(into: "t", schema: test.location.schema, columns: [("g", .text)])
        for text in ["a", "b\0c", "d"] {
            copy.beginRow()
            copy.add(text: text)
            try copy.endRow()
        }
        let error = try postgresError { _ = try copy.finish() }
        #expect(error.problem == .encoding && error.copyRow == 2)
    }

    @Test func aTextOfSixteenMegabytesGoesIn() throws {
        let test = try TestConnection()
        try test.connection.execute("CREATE TABLE \(test.qualified("t")) (g text)")
        let copy = try test.connection.copy(into: "t", schema: test.location.schema, columns: [("g", .text)])
        let text = String(repeating: "0123456789abcdef", count: 1 << 20)
        for value in ["", text, "x"] {
            copy.beginRow()
            copy.add(text: value)
            try copy.endRow()
        }
        #expect(try copy.finish() == 3)
        #expect(try test.value("SELECT string_agg(length(g)::text, ',') FROM \(test.qualified("t"))") == "0,16777216,1")
    }

    /// A COPY may be left: by `abandon`, by another statement, or by forgetting it.
    @Test(arguments: ["abandon", "statement", "forget"], [1, 5000]) func aCopyNeedNotBeEnded(way: String, rows: Int)
        throws
    {
        let test = try TestConnection()
        try test.connection.execute("CREATE TABLE \(test.qualified("t")) (g text)")
        var copy: PostgresCopy? = try test.connection.copy(
            into: "t", schema: test.location.schema, columns: [("g", .text)])
        for _ in 0..<rows {
            copy?.beginRow()
            copy?.add(text: String(repeating: "x", count: 100))
            try copy?.endRow()
        }
        switch way {
        case "abandon": try copy?.abandon()
        case "forget": copy = nil
        default: break
        }
        #expect(try test.value("SELECT count(*) FROM \(test.qualified("t"))") == "0")
        if let copy { #expect(throws: PostgresError.self) { try copy.finish() } }
    }

    @Test func aTableThatIsNotThereIsToldAtTheBeginning() throws {
        let test = try TestConnection()
        let error = try postgresError { _ = try test.connection.copy(into: "none", columns: [("a", .bigint)]) }
        #expect(error.problem == .missingObject)
        #expect(try test.value("SELECT 1") == "1")
    }

    @Test func theServerTellsTheColumns() throws {
        let test = try TestConnection()
        try makeTable(test)
        let columns = try test.connection.columns(of: test.qualified("t"))
        #expect(columns.map(\.name) == CopyTests.columns.map(\.name))
        #expect(columns.map(\.type) == CopyTests.columns.map(\.type))
    }
}
