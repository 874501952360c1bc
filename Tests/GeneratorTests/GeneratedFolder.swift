import CZstd
import Domain
import Files
import Foundation
import Testing

@testable import Generator

/// The last day of all generated test data.
let endDay = CivilDate.days(year: 2026, month: 11, day: 20) ?? 0

/// Options that are small unless told.
func options(
    movies: Int = 60,
    events: Int = 4000,
    users: Int = 90,
    days: Int = 5,
    seed: UInt64 = 1,
    dirt: Double = 0,
    plantsConflicts: Bool = true
) -> GeneratorOptions {
    GeneratorOptions(
        movies: movies,
        events: events,
        users: users,
        days: days,
        seed: seed,
        output: "",
        dirt: dirt,
        plantsConflicts: plantsConflicts,
        endDay: endDay
    )
}

/// A folder of a test's own, removed with all that is in it when it goes.
final class TemporaryFolder {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("reelhouse-\(UUID().uuidString)").path

    init() throws { try Folder.make(path) }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Data that was generated into a temporary folder, and what the generator says of it.
final class GeneratedFolder {
    let counts: PlantedCounts
    private let folder: TemporaryFolder

    init(_ options: GeneratorOptions) throws {
        folder = try TemporaryFolder()
        var options = options
        options.output = folder.path
        counts = try generate(options)
    }

    /// The files of a stream, by name.
    func files(_ stream: String) throws -> [DataFile] { try DataFile.all(in: folder.path + "/" + stream) }
}

/// A compressed file, read whole.
struct DataFile: Equatable {
    let name: String
    let compressed: [UInt8]
    let bytes: [UInt8]

    init(folder: String, name: String) throws {
        self.name = name
        compressed = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
        bytes = try Self.decompress(compressed)
    }

    /// The files of a folder, by name.
    static func all(in folder: String) throws -> [DataFile] {
        try Folder.names(in: folder).map { try DataFile(folder: folder, name: $0) }
    }

    /// The UTC day in its name.
    var day: Int32? { Array(name.utf8.prefix(10)).withUnsafeBytes { CivilDate.parse($0) } }

    /// Its lines, without LF; each must end with one.
    var lines: [ArraySlice<UInt8>] {
        var lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
        #expect(lines.popLast()?.isEmpty == true, "the last line of \(name) has no LF")
        return lines
    }

    private static func decompress(_ compressed: [UInt8]) throws -> [UInt8] {
        let context = try #require(ZSTD_createDCtx())
        defer { ZSTD_freeDCtx(context) }
        var output: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: ZSTD_DStreamOutSize())
        try compressed.withUnsafeBytes { source in
            var input = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
            var status = 1
            while input.pos < input.size || status > 0 {
                let size = try piece.withUnsafeMutableBytes { target in
                    var buffer = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
                    status = ZSTD_decompressStream(context, &buffer, &input)
                    try #require(ZSTD_isError(status) == 0)
                    return buffer.pos
                }
                try #require(size > 0 || status == 0 || input.pos < input.size, "the file is cut off")
                output += piece[..<size]
            }
        }
        return output
    }
}
