import Domain
import Files

/// Writes the lines of one port to `<folder>/YYYY-MM-DD.ndjson.zst`, one file for each day.
///
///     try lines.beginDay(day)
///     lines.buffer.add(line)
///     try lines.endLine()
struct DatedLines: ~Copyable {
    /// The next line is added here, with its LF, before `endLine` is called.
    var buffer = TextBuffer(capacity: blockSize + 65_536)
    /// How many lines were written so far.
    private(set) var lines = 0
    /// How many bytes they have.
    private(set) var bytes: Int64 = 0
    /// How many files were begun so far.
    private(set) var files = 0

    private let folder: String
    private let level: Int
    private var file: CompressedWriter?
    private let report: (Int) throws -> Void

    private static let blockSize = 1 << 20
    /// How many lines there are between two reports.
    private static let reportEvery = 1 << 14

    /// - Parameters:
    ///   - folder: the folder of the files, which must exist.
    ///   - level: the compression level of zstd.
    ///   - report: called from time to time with the number of lines; an error that it throws ends the generation.
    init(folder: String, level: Int, report: @escaping (Int) throws -> Void) {
        self.folder = folder
        self.level = level
        self.report = report
    }

    /// The file of a day in a folder.
    static func path(folder: String, day: Int32) -> String { "\(folder)/\(name(ofDay: day))" }

    /// The name of a day's file.
    static func name(ofDay day: Int32) -> String { CivilDate.text(ofDay: day) + ".ndjson.zst" }

    /// Begins the file of a day, which gets the following lines.
    mutating func beginDay(_ day: Int32) throws {
        try endDay()
        file = try CompressedWriter(path: Self.path(folder: folder, day: day), level: level)
        files += 1
    }

    /// Closes the file of the day, if there is one.
    mutating func endDay() throws {
        guard let file else { return }
        try flush()
        try file.finish()
        self.file = nil
        try report(lines)
    }

    /// Ends the line that was added to `buffer`.
    @inline(__always)
    mutating func endLine() throws {
        lines += 1
        if lines % Self.reportEvery == 0 { try report(lines) }
        if buffer.count >= Self.blockSize { try flush() }
    }

    private mutating func flush() throws {
        guard buffer.count > 0 else { return }
        try file?.write(buffer.bytes)
        bytes += Int64(buffer.count)
        buffer.truncate(to: 0)
    }
}
