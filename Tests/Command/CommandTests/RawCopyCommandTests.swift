import Foundation
import TestSupport
import Testing

/// `reelhouse copy raw`, run as the built command.
@Suite(.waits) struct RawCopyCommandTests {
    /// A folder with a raw store of movies and long comments in `data/raw`.
    private static func loaded(comments: Int = 30) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write(
            "in/2026-11-20.ndjson",
            (1...50).map { "{ \"id\":\($0 * 400), \"title\":\"T\", \"n\": 1.50 }\n" }.joined())
        try folder.write(
            "events.ndjson",
            (0..<comments).map { number in
                "{\"event_type\":\"comment\",\"event_time\":\"2026-11-19T10:00:00Z\",\"user_id\":\(number + 1),"
                    + "\"movie_id\":400,\"metadata\":{\"comment_id\":\"c\(number)\",\"body\":\""
                    + String(repeating: "\(number) ", count: 2000) + "\"}}\n"
            }.joined())
        let result = try Program.run(
            "run", "--movies", "in", "--events", "events.ndjson", "--raw", "data/raw", "--now", Program.now, "-q",
            in: folder)
        #expect(result.status == 0, "\(result.errors)")
        return folder
    }

    /// The bytes of all files of a raw store, by their paths.
    private static func files(_ name: String, in folder: TemporaryFolder) -> [String: [UInt8]] {
        let paths = FileManager.default.enumerator(atPath: folder.path(name))?.compactMap { $0 as? String } ?? []
        return paths.reduce(into: [:]) { files, path in
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: folder.path("\(name)/\(path)"), isDirectory: &isFolder)
            if !isFolder.boolValue { files[path] = folder.read("\(name)/\(path)") }
        }
    }

    @Test func copiesThereAndBack() throws {
        let folder = try Self.loaded()
        let first = try Program.run("copy", "raw", "--to", "copy", "--json", in: folder)
        #expect(first.status == 0 && first.errors == "", "\(first.errors)")
        let object = try Program.object(first.output)
        #expect(object["from"] as? String == "data/raw" && object["exit_status"] as? Int == 0)
        #expect(object["movies"] as? [String: Int] == ["copied": 50, "already_there": 0])
        #expect(object["comments"] as? [String: Int] == ["copied": 30, "already_there": 0])
        #expect(object["damaged"] as? Int == 0)
        #expect(Self.files("copy", in: folder) == Self.files("data/raw", in: folder))
        let back = try Program.run("copy", "raw", "--from", "copy", "--to", "data/raw", in: folder)
        #expect(back.status == 0 && back.output.contains("0 entries copied"), "\(back.output)")
        let file = try Program.run("copy", "raw", "--from", "file:copy", "--to", "file:third", "-q", in: folder)
        #expect(file.status == 0, "\(file.errors)")
        #expect(Self.files("third", in: folder) == Self.files("data/raw", in: folder))
    }

    @Test func killedAtRandomMomentsItGoesOn() throws {
        let folder = try Self.loaded(comments: 300)
        var kills = 0
        for _ in 0..<12 {
            let process = try Program.start(["copy", "raw", "--to", "copy", "-q"], in: folder)
            usleep(.random(in: 2_000...60_000))
            process.send(SIGKILL)
            if process.wait().isKilled {
                kills += 1
            } else {
                try FileManager.default.removeItem(atPath: folder.path("copy"))
            }
        }
        #expect(kills > 0)
        let last = try Program.run("copy", "raw", "--to", "copy", "-q", in: folder)
        #expect(last.status == 0, "\(last.errors)")
        let copied = Self.files("copy", in: folder)
        #expect(copied == Self.files("data/raw", in: folder), "\(copied.keys.filter { $0.contains(".part") })")
    }

    @Test func whatIsDamagedIsNamed() throws {
        let folder = try Self.loaded()
        let comment = try #require(Self.files("data/raw", in: folder).keys.first { $0.hasPrefix("comments") })
        try folder.write("data/raw/\(comment)", [0x61])
        let result = try Program.run("copy", "raw", "--to", "copy", "--json", in: folder)
        #expect(result.status == 3)
        #expect(result.errors.contains("warning: cannot read data/raw/\(comment): it is damaged"), "\(result.errors)")
        let object = try Program.object(result.output)
        #expect(object["damaged"] as? Int == 1 && (object["damages"] as? [String])?.count == 1)
        #expect(object["comments"] as? [String: Int] == ["copied": 29, "already_there": 0])
        #expect(!folder.has("copy/\(comment)"))
    }

    @Test func whatItCannotDoIsRefused() throws {
        let folder = try Self.loaded(comments: 1)
        symlink("data/raw", folder.path("link"))
        let before = Self.files("data", in: folder)
        for (arguments, status, words): ([String], Int32, String) in [
            ([], 2, "copy raw needs --to"), (["--to", "data/raw"], 2, "into itself"),
            (["--to", "./data//raw/"], 2, "into itself"), (["--to", "link"], 2, "into itself"),
            (["--to", "data/raw/inner"], 2, "data/raw/inner lies within data/raw"),
            (["--to", "link/inner"], 2, "link/inner lies within data/raw"),
            (["--to", "data"], 2, "data/raw lies within data"), (["--to", "."], 2, "data/raw lies within ."),
            (["--from", "none", "--to", "c"], 1, "there is no raw store at none"),
            (["--from", "warehouse.db", "--to", "c"], 1, "there is no raw store at warehouse.db"),
            (["--from", "sqlite:w.db", "--to", "c"], 2, "has no 'sqlite:' for the raw store"),
            (["--from", "data/raw", "--to", "-"], 2, "takes a folder"),
            (["--from", "data/raw", "--to", "warehouse.db"], 1, "cannot"),
            (["--from", "in", "--to", "c"], 0, "in has no movies, comments or posters of a raw store"),
        ] {
            let result = try Program.start(["copy", "raw", "-q"] + arguments, in: folder).wait()
            #expect(result.status == status, "\(arguments) \(result.errors)")
            // Where nothing fails, -q leaves warnings out.
            if status != 0 { #expect(result.errors.contains(words), "\(arguments) \(result.errors)") }
        }
        #expect(Self.files("data", in: folder) == before)
    }
}
