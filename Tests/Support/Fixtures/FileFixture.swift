import Domain
import Files
import Foundation
import TestSupport

extension SourceKind {
    /// Files with different compressions.
    public static let files = files("files", Compression.allCases)
    /// Uncompressed files, which can grow.
    public static let plainFiles = files("plain files", [.plain])
    /// Files compressed by gzip.
    public static let gzipFiles = files("gzip files", [.gzip])
    /// Files compressed by zstd.
    public static let zstdFiles = files("zstd files", [.zstd])

    private static func files(_ name: String, _ compressions: [Compression]) -> SourceKind {
        var abilities: Set<SourceAbility> = [.severalSources, .end, .lastingPositions, .rememberedEnd, .anyBytes]
        if compressions == [.plain] { abilities.insert(.growth) }
        return SourceKind(name: name, abilities: abilities) { try FileFixture(compressions) }
    }
}

/// A folder of NDJSON files. Some of them have blank lines or CRs, or no LF at the end.
private final class FileFixture: SourceFixture {
    private let folder: TemporaryFolder
    private let compressions: [Compression]

    init(_ compressions: [Compression]) throws {
        folder = try TemporaryFolder(inMemory: true)
        self.compressions = compressions
    }

    func publish(_ sources: [[SourceLine]], port: SourcePort, named name: String) throws -> any PublishedSources {
        var chance = Chance(seed: name.utf8.reduce(UInt64(sources.count)) { $0 &* 31 &+ UInt64($1) })
        let paths = try sources.enumerated().map { number, lines in
            let days = Set(lines.map(\.snapshotDay))
            guard days.count < 2 else { throw FixtureFailure(message: "the lines of a file have one snapshot date") }
            let date = days.first?.map { "-" + CivilDate.text(ofDay: $0) } ?? ""
            let bytes = try chance.pick(compressions).encode(FileFixture.text(of: lines, &chance))
            return try folder.write("\(name)/\(port.rawValue)-\(number)\(date)", bytes)
        }
        return FilesOfATest(paths, port: port, folder: folder)
    }

    private static func text(of lines: [SourceLine], _ chance: inout Chance) -> [UInt8] {
        var bytes: [UInt8] = []
        for line in lines {
            if chance.isLucky(oneIn: 20) { bytes += Array(" \t\r\n".utf8) }
            bytes += line.bytes
            if chance.isLucky(oneIn: 20) { bytes.append(13) }
            bytes.append(10)
        }
        // A last line without LF that is not a whole object would be left for a later run.
        if chance.isLucky(oneIn: 2), let last = lines.last, isObject(last.bytes) { bytes.removeLast() }
        return bytes
    }

    private static func isObject(_ bytes: [UInt8]) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(bytes))) is [String: Any]
    }
}

/// Files that a test has written, by their paths.
public final class FilesOfATest: PublishedSources {
    /// The paths.
    public let names: [String]
    /// True: files end.
    public var ends: Bool { true }
    private let port: SourcePort
    private let folder: TemporaryFolder?

    /// Creates a list of files.
    ///
    /// - Parameter folder: the folder of the files, to be kept as long as this object.
    public init(_ paths: [String], port: SourcePort, folder: TemporaryFolder? = nil) {
        names = paths
        self.port = port
        self.folder = folder
    }

    /// The files as a source set; they are opened when the set is read.
    public func set(chunkBytes: Int) throws -> any SourceSet { try FileSet(names, port: port, chunkSize: chunkBytes) }

    /// Appends lines to a plain file.
    public func append(_ lines: [SourceLine], to source: Int) throws {
        var bytes = TemporaryFolder.bytes(ofFile: names[source])
        if let last = bytes.last, last != 10 { bytes.append(10) }
        for line in lines { bytes += line.bytes + [10] }
        try Data(bytes).write(to: URL(fileURLWithPath: names[source]))
    }

    /// How many lines that are not blank each file has after decompression.
    public func lineCounts() throws -> [Int64] { try names.map { try LineCount.lines(ofFiles: [$0]) } }
}
