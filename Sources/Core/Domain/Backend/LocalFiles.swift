/// What a backend keeps on this machine: it is never input, wherever it lies and whatever its name, and no output
/// overwrites it.
public struct LocalFiles: Sendable {
    /// A file or folder, which need not be there yet.
    public struct Place: Sendable {
        /// Where it is.
        public var path: String
        /// What it is: `the warehouse`.
        public var what: String
        /// Whether people are told that it is passed over as input.
        public var isTold: Bool

        /// A file or folder.
        public init(path: String, what: String, isTold: Bool = true) {
            self.path = path
            self.what = what
            self.isTold = isTold
        }
    }

    /// Files.
    public var files: [Place]
    /// Folders, with all that is below them.
    public var folders: [Place]
    /// Files that commands wrote for somebody, as they were then: no input as long as they are unchanged.
    public var written: [FileState]

    /// What a backend keeps; nothing unless told.
    public init(files: [Place] = [], folders: [Place] = [], written: [FileState] = []) {
        self.files = files
        self.folders = folders
        self.written = written
    }

    /// Adds what another backend keeps.
    public mutating func add(_ other: LocalFiles) {
        files += other.files
        folders += other.folders
        written += other.written
    }
}

/// A regular file as it was at a time, told from all others and from itself when it has changed.
public struct FileState: Hashable, Sendable {
    /// The file system it is on.
    public var device: Int64
    /// Its number there.
    public var inode: Int64
    /// Its size in bytes.
    public var bytes: Int64
    /// When it was changed last, nanoseconds since 1970.
    public var modifiedAt: Int64

    /// A file as it was.
    public init(device: Int64, inode: Int64, bytes: Int64, modifiedAt: Int64) {
        self.device = device
        self.inode = inode
        self.bytes = bytes
        self.modifiedAt = modifiedAt
    }
}
