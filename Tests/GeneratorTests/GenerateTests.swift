import Domain
import Files
import Foundation
import Testing

@testable import Generator

/// The whole of a generation: the same again, other seeds, wrong options, folders in the way.
@Suite struct GenerateTests {
    @Test func sameOptionsGiveSameFiles() throws {
        let first = try GeneratedFolder(options(dirt: 0.1))
        let second = try GeneratedFolder(options(dirt: 0.1))
        #expect(first.counts == second.counts)
        for stream in ["movies", "events"] {
            let files = try first.files(stream)
            #expect(!files.isEmpty)
            #expect(files == (try second.files(stream)))
        }
    }

    @Test func otherSeedsGiveOtherData() throws {
        let first = try GeneratedFolder(options())
        let second = try GeneratedFolder(options(seed: 2))
        for stream in ["movies", "events"] {
            let pairs = zip(try first.files(stream), try second.files(stream))
            for (left, right) in pairs {
                #expect(left.name == right.name)
                #expect(left.bytes != right.bytes)
            }
        }
        let cleaner = try ReferenceCleaner()
        var identities: Set<String> = []
        var lines = 0
        for file in try first.files("events") + second.files("events") {
            for line in file.lines {
                lines += 1
                if case .valid(let event) = try cleaner.verdict(line) { identities.insert(event.identity) }
            }
        }
        #expect(identities.count == lines)
    }

    @Test func compressionLevelChangesNoLine() throws {
        var fast = options(events: 500)
        fast.compressionLevel = 1
        let lines = try GeneratedFolder(fast).files("events").map(\.bytes)
        #expect(lines == (try GeneratedFolder(options(events: 500)).files("events").map(\.bytes)))
    }

    @Test(arguments: [
        ("movies", options(movies: -1)), ("events", options(events: -1)), ("users", options(users: 0)),
        ("days", options(days: 0)), ("days", options(days: 20_000)), ("dirt", options(dirt: -0.1)),
        ("dirt", options(dirt: 1.1)), ("dirt", options(dirt: .nan)), ("output", options()),
    ])
    func wrongOptionIsNamed(_ name: String, _ options: GeneratorOptions) throws {
        var options = options
        let folder = try TemporaryFolder()
        if name != "output" { options.output = folder.path }
        let error = #expect(throws: GeneratorError.self) { try generate(options) }
        #expect(try #require(error).description.hasPrefix("--\(name) needs "))
        #expect(try Folder.names(in: folder.path).isEmpty)
    }

    @Test func filesOfAnotherGenerationAreNotMixedIn() throws {
        let folder = try TemporaryFolder()
        var options = options(events: 100)
        options.output = folder.path + "/a/b"
        let counts = try generate(options)
        #expect(try generate(options) == counts)
        options.days = 3
        #expect(throws: GeneratorError.otherFiles(folder: options.output + "/movies", name: "2026-11-16.ndjson.zst")) {
            try generate(options)
        }
        #expect(try Folder.names(in: options.output + "/events").count == 5)
    }

    @Test func progressIsToldAndMayStop() throws {
        struct Stop: Error {}
        let folder = try TemporaryFolder()
        var options = options(events: 40_000, days: 1)
        options.output = folder.path
        var reports: [GeneratorProgress] = []
        _ = try generate(options) { reports.append($0) }
        #expect(reports.last == GeneratorProgress(stage: .events, done: 40_000, total: 40_000))
        #expect(reports.first == GeneratorProgress(stage: .movies, done: 60, total: 60))
        #expect(reports.count >= 4)

        let other = try TemporaryFolder()
        options.output = other.path
        #expect(throws: Stop.self) {
            try generate(options) { if $0.stage == .events, $0.done > 0 { throw Stop() } }
        }
        #expect(try Folder.names(in: other.path).isEmpty)
    }

    /// What `data/` holds is what the command in its README makes.
    @Test func sampleIsGenerated() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        let sample = GeneratorOptions(
            movies: 300,
            events: 5000,
            users: 400,
            days: 14,
            seed: 7,
            output: "",
            dirt: 0.03,
            endDay: endDay
        )
        let data = try GeneratedFolder(sample)
        var size = 0
        for stream in ["movies", "events"] {
            let files = try DataFile.all(in: "\(root)/data/\(stream)")
            let expected = try data.files(stream)
            #expect(files.map(\.name) == expected.map(\.name))
            for (file, other) in zip(files, expected) { #expect(file.bytes == other.bytes, "\(stream)/\(file.name)") }
            size += files.reduce(0) { $0 + $1.compressed.count }
        }
        #expect(size < 1_000_000)
        let readme = try String(contentsOfFile: "\(root)/data/README.md", encoding: .utf8)
        let command = "reelhouse generate --movies 300 --events 5000 --users 400 --days 14 --seed 7 --dirt 0.03"
        #expect(readme.contains(command))
    }
}
