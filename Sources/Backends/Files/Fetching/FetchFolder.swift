import Domain
import Glibc
import JSON

import enum Logging.Redaction

/// Keeps a fetch in files. The snapshot appears in one folder, `movies-2026-11-28.ndjson.zst`; what a fetch has before that
/// is in a dotted folder beside it, which no run reads; manifests, and when each movie was seen, are in another folder.
///
/// A name that is taken is not taken again: the next snapshot of a date is `movies-2026-11-28-2.ndjson.zst`.
public final class FetchFolder: FetchStore {
    private let output: String
    private let state: String
    private let key: String
    /// The folder of what the fetch has.
    private let part: String
    private let seen: SeenFile
    /// The locks of the state and of the folder of snapshots. They end with this object.
    private let locks: [OpenFile]
    private var recordFile: FetchRecordFile?
    private var pageFile: OpenFile?
    /// The plan of an unfinished fetch.
    public private(set) var plan: FetchPlan?

    /// Opens the folders, and makes those that are missing.
    ///
    /// - Parameters:
    ///   - output: the folder of snapshots.
    ///   - state: the folder of manifests.
    ///   - key: what the fetch is known by.
    /// - Throws: `FetchFolderError.inUse` while another fetch uses the state; `FileError`.
    public init(output: String, state: String, key: String) throws {
        self.output = output
        self.state = state
        self.key = key
        part = "\(output)/.fetch-\(key.prefix(16)).part"
        seen = SeenFile(path: state + "/seen.ndjson.zst")
        try Folder.make(state)
        let stateLock = try Self.lock(OpenFile(locking: state + "/.lock"), of: state)
        try Folder.make(output)
        locks = [stateLock, try Self.lock(OpenFile(folder: output), of: output)]
        try sweep()
        plan = try FetchPlanText.read("\(part)/plan.json")
    }

    private static func lock(_ file: OpenFile, of folder: String) throws -> OpenFile {
        while flock(file.descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EWOULDBLOCK { throw FetchFolderError.inUse(folder: folder) }
            guard errno == EINTR else { throw FileError(.lock, folder, errno: errno) }
        }
        return file
    }

    /// Removes what fetches have left that were killed at their very end, when their snapshots had their names.
    private func sweep() throws {
        for name in try Folder.entries(in: output).names where name.hasPrefix(".fetch-") && name.hasSuffix(".part") {
            if access("\(output)/\(name)/plan.json", F_OK) != 0, errno == ENOENT {
                FileTree.remove("\(output)/\(name)")
            }
        }
    }

    // MARK: The plan and the list

    /// Begins a fetch.
    public func begin(_ plan: FetchPlan) throws {
        FileTree.remove(part)
        (recordFile, pageFile) = (nil, nil)
        try Folder.make(part)
        try write(FetchPlanText.text(plan), to: "\(part)/plan.json")
        self.plan = plan
    }

    /// The pages that were kept; the last line may be cut off.
    public func pages() throws -> [String: (ids: [Int64], pages: Int)] {
        guard let file = try OpenFile.ifThere("\(part)/pages") else { return [:] }
        var pages: [String: (ids: [Int64], pages: Int)] = [:]
        for line in String(decoding: try file.readAll(), as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard fields.count == 4, fields[3] == ".", let count = Int(fields[1]) else { continue }
            pages[String(fields[0])] = (fields[2].split(separator: ",").compactMap { Int64($0) }, count)
        }
        return pages
    }

    /// Appends a page, by one write.
    public func keep(page: String, ids: [Int64], pages: Int) throws {
        let file = try pageFile ?? OpenFile(appendingTo: "\(part)/pages", as: "\(part)/pages")
        pageFile = file
        let listed = ids.map(String.init).joined(separator: ",")
        // The line feed at the start ends a line that a kill has cut off.
        try write("\n\(page)\t\(pages)\t\(listed)\t.\n", to: file)
    }

    /// The list of ids; nil before it was fixed.
    public func ids() throws -> [Int64]? {
        guard let file = try OpenFile.ifThere("\(part)/ids") else { return nil }
        return String(decoding: try file.readAll(), as: UTF8.self).split(separator: "\n").compactMap { Int64($0) }
    }

    /// Fixes the list of ids.
    public func fix(ids: [Int64]) throws {
        try write(ids.map { "\($0)\n" }.joined(), to: "\(part)/ids")
    }

    /// The lines of a file, which is kept beside the plan until the fetch is over.
    public func lines(of file: [UInt8]) throws -> any SourceSet {
        let path = "\(part)/all-ids"
        let written = try ReplacedFile(path: path)
        try file.withUnsafeBytes { try written.file.write($0) }
        try written.commit()
        var options = FileSet.Options()
        options.readsUnfinished = true
        return try FileSet([path], port: .movies, options: options)
    }

    // MARK: Records

    /// The records that were kept.
    public func records() throws -> [FetchRecord] {
        let file = try FetchRecordFile("\(part)/documents.zst")
        recordFile = file
        return try file.load()
    }

    /// Keeps a record.
    public func keep(_ record: FetchRecord, posterPath: String?, document: UnsafeRawBufferPointer) throws {
        try openRecords().append(record, posterPath: posterPath, document: document)
    }

    /// The paths of the posters of all records.
    public func posterPaths() throws -> Set<String> { try openRecords().posterPaths() }

    /// The document of a record.
    public func document(of index: Int) throws -> [UInt8] { try openRecords().document(of: index) }

    private func openRecords() throws -> FetchRecordFile {
        if let recordFile { return recordFile }
        let file = try FetchRecordFile("\(part)/documents.zst")
        _ = try file.load()
        recordFile = file
        return file
    }

    // MARK: The snapshot

    /// How much of the snapshot the backup has.
    public func backedUp() throws -> (count: Int, total: Int)? {
        guard let file = try OpenFile.ifThere("\(part)/backed-up") else { return nil }
        let numbers = String(decoding: try file.readAll(), as: UTF8.self).split(separator: " ").compactMap { Int($0) }
        return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
    }

    /// Keeps how much of it the backup has.
    public func keep(backedUp count: Int, of total: Int) throws {
        try write("\(count) \(total)", to: "\(part)/backed-up")
    }

    /// Writes the snapshot beside the plan.
    public func write(_ next: () throws -> [UInt8]?) throws {
        let path = "\(part)/snapshot"
        unlink(path)
        guard let first = try next() else { return }
        let writer = try CompressedWriter(path: path)
        try first.withUnsafeBytes { try writer.write($0) }
        while let line = try next() { try line.withUnsafeBytes { try writer.write($0) } }
        try writer.finish()
    }

    /// Hashes the snapshot, finds a name for it, and keeps the manifest.
    public func seal(day: Int32, _ text: (FetchedSnapshot) -> String) throws -> FetchedSnapshot {
        var snapshot = FetchedSnapshot(path: nil, sha256: "", bytes: 0)
        if let file = try OpenFile.ifThere("\(part)/snapshot") {
            let (bytes, sha256) = try file.hashed()
            snapshot = FetchedSnapshot(path: freePath(day), sha256: sha256, bytes: bytes)
        }
        try write(snapshot.path ?? "", to: "\(part)/target")
        try write(text(snapshot), to: "\(part)/manifest.json")
        return snapshot
    }

    /// The manifest that was kept.
    public func sealed() throws -> String? {
        try OpenFile.ifThere("\(part)/manifest.json").map { String(decoding: try $0.readAll(), as: UTF8.self) }
    }

    /// The name of a snapshot of a date, without the number that it may have.
    public func snapshotName(day: Int32) -> String { "\(output)/\(Self.name(day, number: 1))" }

    private static func name(_ day: Int32, number: Int) -> String {
        "movies-\(CivilDate.text(ofDay: day))\(number == 1 ? "" : "-\(number)").ndjson.zst"
    }

    private func freePath(_ day: Int32) -> String {
        var number = 1
        while true {
            let path = "\(output)/\(Self.name(day, number: number))"
            var status = stat()
            if lstat(path, &status) != 0 { return path }
            number += 1
        }
    }

    /// Gives the snapshot and its manifest their names.
    public func publish() throws -> FetchedSnapshot {
        let target = try OpenFile(reading: "\(part)/target").readAll()
        let path = String(decoding: target, as: UTF8.self)
        let manifest = try sealed() ?? ""
        var snapshot = FetchedSnapshot(path: nil, sha256: "", bytes: 0)
        if !path.isEmpty {
            try place("\(part)/snapshot", at: path)
            try OpenFile(folder: output).sync()
            snapshot = FetchedSnapshot(
                path: path, sha256: FetchPlanText.member("sha256", of: manifest) ?? "",
                bytes: try OpenFile(reading: path).size ?? 0)
        }
        let name = path.isEmpty ? plan.map { Self.name($0.day, number: 1) } ?? "none" : FilePath.split(path).name
        try write(manifest, to: "\(state)/\(Self.manifestName(of: name))")
        return snapshot
    }

    /// `movies-2026-11-28.manifest.json`.
    private static func manifestName(of snapshot: String) -> String {
        let name = snapshot.hasSuffix(".ndjson.zst") ? String(snapshot.dropLast(".ndjson.zst".count)) : snapshot
        return name + ".manifest.json"
    }

    /// Gives a file a name that no other file has. May be repeated.
    private func place(_ source: String, at path: String) throws(FileError) {
        if link(source, path) == 0 { return }
        let code = errno
        var (first, second) = (stat(), stat())
        guard stat(source, &first) == 0 else {
            // It has its name already.
            if access(path, F_OK) == 0 { return }
            throw FileError(.find, source, errno: ENOENT)
        }
        if stat(path, &second) == 0 {
            if first.st_ino == second.st_ino, first.st_dev == second.st_dev { return }
            throw FileError(.create, path, .alreadyThere)
        }
        // Some file systems have no hard links.
        if rename(source, path) != 0 { throw FileError(.create, path, errno: code) }
    }

    /// Removes what was kept for the resume.
    public func end() throws {
        (recordFile, pageFile) = (nil, nil)
        // First the plan, so that a kill in the middle leaves nothing that would be gone on with.
        unlink("\(part)/plan.json")
        FileTree.remove(part)
        plan = nil
    }

    /// Writes the list of ids that failed into the folder of manifests.
    public func keep(failed ids: [Int64], day: Int32) throws -> String? {
        if ids.isEmpty { return nil }
        let text = ids.map { "\($0)\n" }.joined()
        var number = 1
        while true {
            let path = "\(state)/failed-\(CivilDate.text(ofDay: day))\(number == 1 ? "" : "-\(number)").txt"
            number += 1
            if let file = try OpenFile.ifThere(path) {
                // The list of another fetch stays; the same list is not written twice.
                if try file.readAll() == Array(text.utf8) { return path }
                continue
            }
            try write(text, to: path)
            return path
        }
    }

    /// The manifest of a complete fetch of this key and date.
    public func complete(day: Int32) throws -> (name: String, text: String)? {
        let prefix = "movies-\(CivilDate.text(ofDay: day))"
        for name in try Folder.names(in: state) where name.hasPrefix(prefix) && name.hasSuffix(".manifest.json") {
            let text = String(decoding: try OpenFile(reading: "\(state)/\(name)").readAll(), as: UTF8.self)
            guard FetchPlanText.member("key", of: text) == key, isThere(snapshotOf: text) else { continue }
            return (name, text)
        }
        return nil
    }

    /// Whether the snapshot of a manifest is where it was written, if there is one.
    private func isThere(snapshotOf manifest: String) -> Bool {
        guard let path = FetchPlanText.member("file", of: manifest) else { return true }
        var status = stat()
        return stat(path, &status) == 0 && FetchPlanText.number("bytes", of: manifest) == Int64(status.st_size)
    }

    // MARK: What was seen

    /// Calls `body` with each movie that the fetches of a folder of manifests have seen.
    public static func forEachSeen(in state: String, _ body: (SeenMovie) throws -> Void) throws {
        try SeenFile(path: state + "/seen.ndjson.zst").forEach(body)
    }

    /// The plans of the unfinished fetches in a folder of snapshots.
    public static func unfinished(in output: String) throws -> [FetchPlan] {
        guard Folder.isFolder(output) else { return [] }
        return try Folder.entries(in: output).names.filter { $0.hasPrefix(".fetch-") }.compactMap {
            try FetchPlanText.read("\(output)/\($0)/plan.json")
        }
    }

    /// Calls `body` with each movie that was seen.
    public func forEachSeen(_ body: (SeenMovie) throws -> Void) throws { try seen.forEach(body) }

    /// Replaces what is known of the movies that were seen.
    public func replaceSeen(_ body: (SeenMovie?, (SeenMovie) throws -> Void) throws -> Void) throws {
        try seen.replace(body)
    }

    /// The images that were stored: a line of name and reference each; the last line may be cut off.
    public func posters() throws -> [String: RawReference] {
        guard let file = try OpenFile.ifThere("\(state)/posters.txt") else { return [:] }
        var posters: [String: RawReference] = [:]
        for line in String(decoding: try file.readAll(), as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: "\t")
            guard fields.count == 2, let reference = RawReference(String(fields[1])) else { continue }
            posters[String(fields[0])] = reference
        }
        return posters
    }

    /// The images that could not be fetched: a name a line.
    public func failedPosters() throws -> Set<String> {
        guard let file = try OpenFile.ifThere("\(state)/posters-failed.txt") else { return [] }
        return Set(String(decoding: try file.readAll(), as: UTF8.self).split(separator: "\n").map(String.init))
    }

    /// Replaces them.
    public func keep(failedPosters names: Set<String>) throws {
        let path = "\(state)/posters-failed.txt"
        if names.isEmpty, access(path, F_OK) != 0 { return }
        try write(names.sorted().map { $0 + "\n" }.joined(), to: path)
    }

    /// Appends images.
    public func keep(posters: [(name: String, reference: RawReference)]) throws {
        let path = "\(state)/posters.txt"
        let file = try OpenFile(appendingTo: path, as: path)
        try write("\n" + posters.map { "\($0.name)\t\($0.reference)\n" }.joined(), to: file)
        try file.close()
    }

    // MARK: Writing

    /// Writes a whole file, which appears all at once and is durable.
    private func write(_ text: String, to path: String) throws(FileError) {
        let file = try ReplacedFile(path: path)
        try write(text, to: file.file)
        try file.file.sync()
        try file.commit()
        try OpenFile(folder: FilePath.split(path).folder).sync()
    }

    private func write(_ text: String, to file: OpenFile) throws(FileError) {
        try Array(text.utf8).withUnsafeBufferPointer { (bytes) throws(FileError) in
            try file.write(UnsafeRawBufferPointer(bytes))
        }
    }
}

/// Why the folders of a fetch cannot be used.
public enum FetchFolderError: ReportedError, Equatable {
    /// Another fetch uses the folder of manifests, or that of snapshots.
    case inUse(folder: String)
    /// The file of when each movie was seen has a line that this program has not written.
    case damaged(path: String, line: Int64)

    /// What failed, and where.
    public var message: String {
        switch self {
        case .inUse(let folder): Redaction.text("another fetch is running, which uses \(folder)")
        case .damaged(let path, let line): Redaction.text("line \(line) of \(path) is not as it was written")
        }
    }

    /// What to do next.
    public var hint: String {
        switch self {
        case .inUse: "Wait for its end: the service's limits are those of an address, whatever the command."
        case .damaged:
            "Move the file away, and run the same command again. The next fetch counts all movies as new then, and asks "
                + "again for those that are gone."
        }
    }

    /// In use, or a failure.
    public var kind: FailureKind {
        if case .inUse = self { return .inUse }
        return .failed
    }
}
