import Domain
import Files
import Foundation
import TestSupport

extension SourceKind {
    /// Files, each compressed in a way of its own.
    public static let files = files("files", Compression.allCases)
    /// Files as they are, which can grow.
    public static let plainFiles = files("plain files", [.plain])
    /// Files compressed by gzip.
    public static let gzipFiles = files("gzip files", [.gzip])
    /// Files compressed by zstd.
    public static let zstdFiles = files("zstd files", [.zstd])

    private static func files(_ name: String, _ compressions: [Compression]) -> SourceKind {
        var abilities: Set<SourceAbility> = [.severalSources, .end, .lastingPositions, .anyBytes]
        if compressions == [.plain] { abilities.insert(.growth) }
        return SourceKind(name: name, abilities: abilities) { try FileFixture(compressions) }
    }
}

/// A folder of NDJSON files. Some have blank lines, CRs, and no LF at their end.
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
        // A last line that is no whole object would be left for later.
        if chance.isLucky(oneIn: 2), let last = lines.last, isObject(last.bytes) { bytes.removeLast() }
        return bytes
    }

    private static func isObject(_ bytes: [UInt8]) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(bytes))) is [String: Any]
    }
}

/// Files by their paths, as a test has written them.
public final class FilesOfATest: PublishedSources {
    /// The paths.
    public let names: [String]
    /// Files end.
    public var ends: Bool { true }
    private let port: SourcePort
    private let folder: TemporaryFolder?

    /// - Parameter folder: what the files lie in, to be kept as long as this is.
    public init(_ paths: [String], port: SourcePort, folder: TemporaryFolder? = nil) {
        names = paths
        self.port = port
        self.folder = folder
    }

    /// The files, to be found and read from now on.
    public func set(chunkBytes: Int) throws -> any SourceSet { try FileSet(names, port: port, chunkSize: chunkBytes) }

    /// Adds lines at the end of a plain file.
    public func append(_ lines: [SourceLine], to source: Int) throws {
        var bytes = TemporaryFolder.bytes(ofFile: names[source])
        if let last = bytes.last, last != 10 { bytes.append(10) }
        for line in lines { bytes += line.bytes + [10] }
        try Data(bytes).write(to: URL(fileURLWithPath: names[source]))
    }

    /// How many lines that are not blank each file has, decompressed.
    public func lineCounts() throws -> [Int64] { try names.map { try LineCount.lines(ofFiles: [$0]) } }
}
