import Domain
import Foundation
import Testing

@testable import Files

/// The files in which `publish` keeps how far it came.
@Suite struct SentPositionFolderTests {
    private static let topic = TopicIdentity(cluster: "a/b", topic: "user_logs")

    private static func source(_ number: Int, day: Int32? = nil) -> SentSource {
        let key = "sha256:" + String(repeating: "0", count: 63) + "\(number)"
        return SentSource(
            mark: SourceMark(
                identity: SourceIdentity(port: .movies, key: key, snapshotDay: day), bytes: Int64(number),
                head: -Int64(number), mayGrow: number % 2 == 0),
            name: "in/\"ä\u{2028}\(number).ndjson", position: SourcePosition(order: 7, detail: "\(number)"),
            isComplete: number % 3 == 0, refused: Int64(number))
    }

    private static func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    @Test func whatIsStoredIsRead() throws {
        try Self.withFolder { folder in
            let positions = SentPositions(
                sources: [Self.source(1), Self.source(2, day: 20_000), Self.source(3, day: -1)], linesAhead: 12,
                ends: [0: 1200, 2: 5_000_000_000])
            do {
                let store = SentPositionFolder(folder + "/deep/down")
                #expect(try store.read(.movies, of: Self.topic) == SentPositions())
                try store.replace(by: positions)
                try store.replace(by: positions)
            }
            let store = SentPositionFolder(folder + "/deep/down")
            #expect(try store.read(.movies, of: Self.topic) == positions)
            let other = SentPositionFolder(folder + "/deep/down")
            #expect(try other.read(.events, of: Self.topic) == SentPositions(), "another port")
            let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/deep/down").sorted()
            #expect(names.filter { !$0.hasPrefix(".") } == ["movies-user_logs-a_b.ndjson"], "\(names)")
        }
    }

    @Test func onlyOneAtATime() throws {
        try Self.withFolder { folder in
            let first = SentPositionFolder(folder)
            _ = try first.read(.movies, of: Self.topic)
            let error = #expect(throws: SentPositionError.self) {
                try SentPositionFolder(folder).read(.movies, of: Self.topic)
            }
            #expect(error?.kind == .inUse)
            try withExtendedLifetime(first) {
                _ = try SentPositionFolder(folder).read(.movies, of: TopicIdentity(cluster: "a/b", topic: "t"))
            }
        }
    }

    @Test(arguments: [
        "", "x\n", "{}\n", "{\"format\":2,\"lines_ahead\":0}\n", "{\"format\":1}\n",
        "{\"format\":1,\"lines_ahead\":0}\n{\"key\":\"a\"}\n", "{\"format\":1,\"lines_ahead\":0}\n{\"key\":\"a",
    ])
    func aFileOfAnotherFormIsTold(_ text: String) throws {
        #expect(throws: SentPositionError.self) {
            try SentPositionText.parse(Array(text.utf8), port: .events, path: "x")
        }
    }
}
