import Domain

/// What is exported, and how.
public struct SnapshotRequest: Sendable {
    /// The tables.
    public var tables: [Table]
    /// How values are written.
    public var form: SnapshotForm
    /// The date in the snapshot's name.
    public var day: Int32
    /// The version of the program, for the manifest.
    public var program = ""
    /// What the warehouse is kept in, for the manifest.
    public var warehouse = ""
    /// How far the warehouse's log may grow while it is read, in bytes.
    public var logLimit: Int64

    /// How far the log may grow unless said otherwise.
    public static let defaultLogLimit: Int64 = 2 << 30

    /// A request.
    public init(
        tables: [Table] = SnapshotTables.byDefault, form: SnapshotForm, day: Int32,
        logLimit: Int64 = SnapshotRequest.defaultLogLimit
    ) {
        self.tables = tables
        self.form = form
        self.day = day
        self.logLimit = logLimit
    }

    /// The manifest of this request, with what is known at its start.
    func manifest(started: Int64) -> SnapshotManifest {
        SnapshotManifest(day: day, started: started, program: program, warehouse: warehouse, form: form)
    }
}

/// The progress of an export.
public struct SnapshotProgress: Sendable, Equatable {
    /// What is being done: `exporting movies`.
    public var label: String
    /// Rows that were read so far.
    public var rows: Int64
    /// About how many rows there are; nil when that is unknown.
    public var totalRows: Int64?
}

/// The result of an export.
public struct SnapshotReport: Sendable {
    /// The folder of the snapshot.
    public var path: String
    /// Whether a snapshot with the same content was there already, so that no other was written.
    public var wasThere: Bool
    /// The manifest.
    public var manifest: SnapshotManifest
    /// How far the warehouse's log grew meanwhile, in bytes; nil where there is no log.
    public var logGrowth: Int64?
    /// How long it took, in seconds.
    public var seconds: Double

    /// The size of its files in bytes.
    public var bytes: Int64 { manifest.files.reduce(0) { $0 + $1.bytes } }
}

/// A warehouse whose log is watched while it is read: a reader keeps the log from beginning anew, so that it grows by all
/// that is loaded meanwhile.
final class WatchedSource: CopySource {
    private let source: any CopySource
    private let limit: Int64
    private let start: Int64?
    /// How far the log has grown; nil where there is none.
    private(set) var growth: Int64?

    init(_ source: any CopySource, limit: Int64) {
        self.source = source
        self.limit = limit
        start = source.logBytes
        growth = start == nil ? nil : 0
    }

    var location: String { source.location }
    var logBytes: Int64? { source.logBytes }
    func identity() throws -> String { try source.identity() }

    func read(_ body: (any CopyContents) throws -> Void) throws {
        try source.read { try body(Contents($0, self)) }
        // All is read by now.
        _ = measure()
    }

    /// - Throws: `SnapshotError.logTooLong`.
    func check() throws {
        let size = measure()
        if let growth, growth > limit {
            throw SnapshotError.logTooLong(location: location, bytes: size, limit: limit)
        }
    }

    /// Notes how far the log has grown.
    ///
    /// - Returns: its size.
    private func measure() -> Int64 {
        guard let start, let now = source.logBytes else { return 0 }
        growth = max(growth ?? 0, now - start)
        return now
    }

    private final class Contents: CopyContents {
        private let contents: any CopyContents
        private let source: WatchedSource

        init(_ contents: any CopyContents, _ source: WatchedSource) {
            self.contents = contents
            self.source = source
        }

        var outline: CopyOutline { contents.outline }

        func forEachBatch(
            of table: Table, times: ClosedRange<Int64>, _ body: (RowSet) throws -> Void
        ) throws -> TableDigest {
            try contents.forEachBatch(of: table, times: times) { rows in
                try source.check()
                try body(rows)
            }
        }
    }
}
