import Domain
import Glibc

/// A folder that movie documents are restored to, in one file for each snapshot date: `2026-11-20.ndjson.zst`.
///
/// The files are written under a dotted folder, which no run reads, and get their names when all are complete. A folder
/// that was not there before appears with all its files in one step.
///
/// Documents are collected in memory for each date and written as zstd frames, one after the other, so that memory and
/// open files do not grow with the number of dates or documents.
public final class RestoredFolder: RestoreTarget {
    /// The folder, as the user named it.
    public let location: String
    private let path: String
    /// Whether the folder was not there before.
    private let isNew: Bool
    /// Whether files of the same dates are replaced.
    private let isReplacing: Bool
    /// The folder above, where that had to be created.
    private let folders: NewFolders
    private let staging: StagingFolder
    private let encoder: ZstdEncoder
    private let mostBytes: (ofDay: Int, inAll: Int)
    /// The lines of each date that are not written yet, and the memory that they use.
    private var waiting: [Int32: ByteBuffer] = [:]
    private var waitingBytes = 0
    /// The dates of which there are lines.
    private var days: Set<Int32> = []

    /// How many bytes of lines wait in memory: of one date, and of all.
    private static let mostWaiting = (ofDay: 4 << 20, inAll: 48 << 20)

    /// Prepares a folder; what it creates for that is removed again by `discard`.
    ///
    /// - Parameters:
    ///   - path: the folder, which need not exist.
    ///   - isReplacing: whether files of the same dates are replaced.
    ///   - protected: the places where no output may be written.
    /// - Throws: `RestoreRefusal.protected`; `FileError` when nothing can be created there.
    public convenience init(_ path: String, isReplacing: Bool, protected: ProtectedPlaces) throws {
        try self.init(path, isReplacing: isReplacing, protected: protected, mostWaiting: Self.mostWaiting)
    }

    init(
        _ path: String, isReplacing: Bool, protected: ProtectedPlaces, mostWaiting: (ofDay: Int, inAll: Int)
    ) throws {
        location = path
        var path = path
        while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
        self.isReplacing = isReplacing
        mostBytes = mostWaiting
        isNew = !Folder.isFolder(path)
        var status = stat()
        if isNew, lstat(path, &status) == 0 {
            throw FileError(.create, path, status.st_mode & S_IFMT == S_IFLNK ? .brokenLink : .isNoFolder)
        }
        let parent = isNew ? FilePath.split(path).folder : path
        if let occupant = protected.store(around: Self.nearestFolder(parent)) {
            throw RestoreRefusal.protected(folder: path, occupant: occupant)
        }
        encoder = try ZstdEncoder(level: 3)
        folders = try NewFolders(parent)
        staging = try StagingFolder(in: parent, for: "restored")
    }

    deinit { discard() }

    /// The folder, or the nearest one above it that exists.
    private static func nearestFolder(_ path: String) -> String {
        var path = path
        while !Folder.isFolder(path), path != ".", path != "/" { path = FilePath.split(path).folder }
        return path
    }

    /// The name of a date's file.
    static func name(ofDay day: Int32) -> String { CivilDate.text(ofDay: day) + ".ndjson.zst" }

    // MARK: Lines

    /// Appends a document to those of a snapshot date.
    ///
    /// - Throws: `RestoreRefusal.isThere` when the date's file exists already; `FileError`.
    public func add(_ line: UnsafeRawBufferPointer, of day: Int32) throws {
        let buffer = try waiting[day] ?? begin(day)
        let before = buffer.capacity
        buffer.append(line)
        waitingBytes += buffer.capacity - before
        if buffer.count >= mostBytes.ofDay { return try write(day, buffer) }
        if waitingBytes < mostBytes.inAll { return }
        for (day, buffer) in waiting.sorted(by: { $0.value.count > $1.value.count }) {
            try write(day, buffer)
            if waitingBytes <= mostBytes.inAll / 2 { break }
        }
    }

    private func begin(_ day: Int32) throws -> ByteBuffer {
        if days.insert(day).inserted, !isNew, !isReplacing {
            let target = "\(path)/\(Self.name(ofDay: day))"
            var status = stat()
            if lstat(target, &status) == 0 { throw RestoreRefusal.isThere(path: target) }
        }
        let buffer = ByteBuffer(capacity: 256)
        waitingBytes += buffer.capacity
        waiting[day] = buffer
        return buffer
    }

    /// Appends the lines of a date to its file, as a frame.
    private func write(_ day: Int32, _ buffer: ByteBuffer) throws(FileError) {
        let name = Self.name(ofDay: day)
        let file = try OpenFile(appendingTo: "\(staging.path)/\(name)", as: "\(path)/\(name)")
        encoder.beginFrame()
        try encoder.write(buffer.bytes, to: file)
        try encoder.endFrame(to: file)
        try file.close()
        waiting[day] = nil
        waitingBytes -= buffer.capacity
    }

    // MARK: The end

    /// Makes the files durable and gives them their names. Without documents there are no files, and no folder is
    /// created.
    ///
    /// - Throws: `RestoreRefusal.isThere` when a file of that name, or the folder, has appeared meanwhile; `FileError`.
    ///   Unless files are replaced, none of them has its name then.
    public func finish() throws -> RestoredFiles {
        for (day, buffer) in waiting { try write(day, buffer) }
        var files = RestoredFiles()
        guard let first = days.min(), let last = days.max() else { return files }
        files.count = days.count
        files.days = first...last
        let names = days.sorted().map(Self.name(ofDay:))
        for name in names {
            var status = stat()
            if stat("\(staging.path)/\(name)", &status) == 0 { files.bytes += Int64(status.st_size) }
        }
        try FileSystem.sync(staging.path)
        if isNew {
            guard try staging.become(path) else { throw RestoreRefusal.isThere(path: path) }
            try OpenFile(folder: FilePath.split(path).folder).sync()
        } else {
            try moveAll(names)
            try OpenFile(folder: path).sync()
        }
        folders.keep()
        return files
    }

    private func moveAll(_ names: [String]) throws {
        if isReplacing {
            for name in names { try staging.move(name, to: "\(path)/\(name)") }
            return
        }
        // Until all have their names, a signal that ends the program removes them, as an error does.
        var moved: [String] = []
        defer { for target in moved { UnfinishedFiles.forget(target) } }
        do {
            for name in names {
                let target = "\(path)/\(name)"
                guard try staging.moveNew(name, to: target) else { throw RestoreRefusal.isThere(path: target) }
                UnfinishedFiles.add(target)
                moved.append(target)
            }
        } catch {
            for target in moved { FileTree.remove(target) }
            throw error
        }
    }

    /// Removes what is not finished.
    public func discard() { staging.remove() }
}
