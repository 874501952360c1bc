/// A file of a snapshot.
public struct SnapshotFile: Sendable, Equatable {
    /// Its name in the snapshot's folder.
    public var name: String
    /// Its rows.
    public var rows: Int64
    /// Its size in bytes.
    public var bytes: Int64
    /// The SHA-256 of its bytes, in hexadecimal.
    public var sha256: String
    /// The size of its content before compression.
    public var contentBytes: Int64
    /// The SHA-256 of its content before compression, which is the same from every database.
    public var contentSHA256: String

    /// A file.
    public init(
        name: String, rows: Int64, bytes: Int64, sha256: String, contentBytes: Int64, contentSHA256: String
    ) {
        self.name = name
        self.rows = rows
        self.bytes = bytes
        self.sha256 = sha256
        self.contentBytes = contentBytes
        self.contentSHA256 = contentSHA256
    }
}

/// A table of a snapshot.
public struct SnapshotTable: Sendable, Equatable {
    /// A column.
    public struct Column: Sendable, Equatable {
        /// Its name.
        public var name: String
        /// Its type; nil in the result of a query, where each value has its own.
        public var type: ColumnType?
        /// Whether it may be null.
        public var isNullable: Bool

        /// A column.
        public init(_ name: String, _ type: ColumnType?, isNullable: Bool) {
            (self.name, self.type, self.isNullable) = (name, type, isNullable)
        }
    }

    /// Its name.
    public var name: String
    /// The columns of its key, by which its rows are sorted.
    public var key: [String]
    /// Its columns in order.
    public var columns: [Column]
    /// How many rows it has in the warehouse.
    public var rows: Int64
    /// Its digest as `reelhouse digest` gives it; nil where rows were changed on the way.
    public var digest: String?
    /// Its file. In a snapshot of what changed, the rows that are new or changed.
    public var file: SnapshotFile?
    /// The keys of the rows that were removed since the earlier snapshot; nil when none was.
    public var removed: SnapshotFile?

    /// A table.
    public init(
        name: String, key: [String], columns: [Column], rows: Int64 = 0, digest: String? = nil,
        file: SnapshotFile? = nil, removed: SnapshotFile? = nil
    ) {
        self.name = name
        self.key = key
        self.columns = columns
        self.rows = rows
        self.digest = digest
        self.file = file
        self.removed = removed
    }

    /// A declared table.
    public init(_ table: Table) {
        self.init(
            name: table.name, key: table.key,
            columns: table.columns.map { Column($0.name, $0.type, isNullable: $0.isNullable) })
    }

    /// The declaration that the manifest's words make; nil where a column has no type, or the key is none of its columns.
    public var declaration: Table? {
        guard !columns.isEmpty, columns.count < 63, key.allSatisfy({ name in columns.contains { $0.name == name } })
        else { return nil }
        var declared: [Domain.Column] = []
        for column in columns {
            guard let type = column.type else { return nil }
            declared.append(
                column.isNullable ? .optional(column.name, type, "") : .required(column.name, type, ""))
        }
        return Table(name, .behaviour, "", key: key, columns: declared)
    }

    /// The declaration of the rows of `removed`: the key alone.
    public var declarationOfRemoved: Table? {
        guard declaration != nil else { return nil }
        let kept = key.compactMap { name in columns.first { $0.name == name } }
        return SnapshotTable(name: name, key: key, columns: kept).declaration
    }
}

/// What a snapshot is, how it was made and when: the file `manifest.json`, by which a folder is known as a snapshot.
public struct SnapshotManifest: Sendable, Equatable {
    /// The version of the manifest's form.
    public static let version: Int64 = 1
    /// The name of the file.
    public static let fileName = "manifest.json"
    /// The mark in its first member.
    public static let mark = "reelhouse-snapshot"

    /// A run of the warehouse.
    public struct Run: Sendable, Equatable {
        /// Its number.
        public var id: Int64
        /// Its state when the snapshot was made.
        public var outcome: String

        /// A run.
        public init(id: Int64, outcome: String) { (self.id, self.outcome) = (id, outcome) }
    }

    /// The earlier snapshot that this one was compared with.
    public struct Base: Sendable, Equatable {
        /// The name of its folder.
        public var name: String
        /// The SHA-256 of its manifest.
        public var sha256: String

        /// A base.
        public init(name: String, sha256: String) { (self.name, self.sha256) = (name, sha256) }
    }

    /// The snapshot's date.
    public var day: Int32
    /// When the export began and ended, in milliseconds since 1970.
    public var started: Int64
    /// When the export ended.
    public var finished: Int64
    /// The version of the program.
    public var program: String
    /// What the warehouse is kept in: `sqlite` or `postgresql`.
    public var warehouse: String
    /// The last run of the warehouse; nil when there was none.
    public var lastRun: Run?
    /// How values are written.
    public var form: SnapshotForm
    /// The earlier snapshot; nil where this one is whole.
    public var base: Base?
    /// The statement whose rows were exported; nil where tables were.
    public var query: String?
    /// The digest of the whole warehouse as `reelhouse digest` gives it; nil where not all of it was read.
    public var digest: String?
    /// The file of the whole warehouse; nil where each table has its own.
    public var warehouseFile: SnapshotFile?
    /// The tables.
    public var tables: [SnapshotTable]

    /// A manifest.
    public init(
        day: Int32, started: Int64, finished: Int64 = 0, program: String, warehouse: String, lastRun: Run? = nil,
        form: SnapshotForm, base: Base? = nil, query: String? = nil, digest: String? = nil,
        warehouseFile: SnapshotFile? = nil, tables: [SnapshotTable] = []
    ) {
        self.day = day
        self.started = started
        self.finished = finished
        self.program = program
        self.warehouse = warehouse
        self.lastRun = lastRun
        self.form = form
        self.base = base
        self.query = query
        self.digest = digest
        self.warehouseFile = warehouseFile
        self.tables = tables
    }

    /// All files beside the manifest.
    public var files: [SnapshotFile] {
        [warehouseFile].compactMap { $0 } + tables.flatMap { [$0.file, $0.removed].compactMap { $0 } }
    }

    /// The rows of all tables.
    public var totalRows: Int64 { tables.reduce(0) { $0 + $1.rows } }

    /// Whether another snapshot says the same: times and sizes after compression do not count.
    public func hasSameContent(as other: SnapshotManifest) -> Bool {
        func content(_ manifest: SnapshotManifest) -> SnapshotManifest {
            var content = manifest
            (content.started, content.finished, content.program, content.warehouse) = (0, 0, "", "")
            content.tables = content.tables.map { table in
                var table = table
                table.file = table.file.map(Self.content)
                table.removed = table.removed.map(Self.content)
                return table
            }
            // Two SQLite files of the same rows differ; the digests of the tables say what is in them.
            content.warehouseFile = nil
            return content
        }
        return content(self) == content(other)
    }

    private static func content(_ file: SnapshotFile) -> SnapshotFile {
        var file = file
        (file.bytes, file.sha256) = (0, "")
        return file
    }
}
