/// A file of a snapshot that is being written.
public protocol SnapshotFileTarget: AnyObject {
    /// Appends content.
    func write(_ bytes: UnsafeRawBufferPointer) throws
    /// Ends the file and makes it durable.
    ///
    /// - Parameter rows: its rows.
    func finish(rows: Int64) throws -> SnapshotFile
}

/// Where a snapshot is written to. Nothing of it is taken for a snapshot before `publish` has returned.
///
///     let file = try target.begin("movies.csv.zst")
///     try file.write(bytes)
///     table.file = try file.finish(rows: 12)
///     let path = try target.publish(manifest)
public protocol SnapshotTarget: AnyObject {
    /// The folder that the snapshot will be in, as the user named it.
    var location: String { get }
    /// Begins a file, whose content is compressed where its name ends so.
    func begin(_ name: String) throws -> any SnapshotFileTarget
    /// The path of a file that another program or backend writes; `adopt` takes it then.
    func path(of name: String) -> String
    /// Makes a file durable that something else wrote, and hashes it.
    func adopt(_ name: String, rows: Int64) throws -> SnapshotFile
    /// Removes a file again.
    func remove(_ name: String)
    /// A sorter of lines with room on the same disk.
    func makeSorter() throws -> any RowSorter
    /// Makes the snapshot durable, its manifest last, and gives it a name of its date that is not taken.
    ///
    /// - Returns: the path, and whether a snapshot with the same content was there already, which then stays the only one.
    func publish(_ manifest: SnapshotManifest) throws -> (path: String, wasThere: Bool)
    /// Removes what is not published.
    func discard()
}

/// The records of a file of a snapshot, one after the other.
public protocol SnapshotRecords: AnyObject {
    /// The next record, with its line feed; valid until the next call. Nil after the last one.
    func next() throws -> UnsafeRawBufferPointer?
}

/// A snapshot that is there.
public protocol SnapshotSource: AnyObject {
    /// Its folder, as the user named it.
    var location: String { get }
    /// Its manifest.
    var manifest: SnapshotManifest { get }
    /// The SHA-256 of the manifest, in hexadecimal.
    var manifestSHA256: String { get }
    /// The names of files in the folder that the manifest does not name.
    func strayNames() throws -> [String]
    /// Checks that a file is there with the size and SHA-256 of the manifest.
    ///
    /// - Throws: `SnapshotError.damaged`.
    func check(_ file: SnapshotFile) throws
    /// Opens a file of it. At its end, `next` throws `SnapshotError.damaged` when its bytes are others than the manifest says.
    func records(of file: SnapshotFile) throws -> any SnapshotRecords
}

/// A Parquet file that is to be made of a file of CSV.
public struct ParquetFile: Sendable {
    /// The table, with its columns and the number of its rows.
    public var table: SnapshotTable
    /// The path of the file of CSV, which is compressed with zstd.
    public var csv: String
    /// The path of the file to be made.
    public var parquet: String

    /// A file.
    public init(_ table: SnapshotTable, csv: String, parquet: String) {
        (self.table, self.csv, self.parquet) = (table, csv, parquet)
    }
}
