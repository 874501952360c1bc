import Domain
import Files

/// The lines of one stream on their way into `<folder>/YYYY-MM-DD.ndjson.zst`, one file a day.
struct DatedLines: ~Copyable {
    /// Where the next line is written, with its LF; then comes `endLine`.
    var buffer = TextBuffer(capacity: blockSize + 65_536)
    /// Lines so far.
    private(set) var lines = 0
    /// Their bytes so far.
    private(set) var bytes: Int64 = 0
    /// Files so far.
    private(set) var files = 0

    private let folder: String
    private let level: Int
    private var file: CompressedWriter?
    private let report: (Int) throws -> Void

    private static let blockSize = 1 << 20
    /// How many lines lie between two reports.
    private static let reportEvery = 1 << 14

    /// - Parameters:
    ///   - folder: where the files go; it must be there.
    ///   - level: zstd's.
    ///   - report: told now and then how many lines there are; stops the generation by throwing.
    init(folder: String, level: Int, report: @escaping (Int) throws -> Void) {
        self.folder = folder
        self.level = level
        self.report = report
    }

    /// The file of a day in a folder.
    static func path(folder: String, day: Int32) -> String { "\(folder)/\(name(ofDay: day))" }

    /// The name of a day's file.
    static func name(ofDay day: Int32) -> String { CivilDate.text(ofDay: day) + ".ndjson.zst" }

    /// Lets what follows go to the file of a day.
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

    /// Takes the line that was added to `buffer`.
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
