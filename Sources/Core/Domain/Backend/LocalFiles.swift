/// The files that a backend has on this machine. They are never read as input, wherever they are and whatever their
/// names, and no command overwrites them with its output.
public struct LocalFiles: Sendable {
    /// A file or folder. It may not exist yet.
    public struct Place: Sendable {
        /// Where it is.
        public var path: String
        /// Its name in messages: `the warehouse`.
        public var what: String
        /// Whether a run reports that it skipped this file as input.
        public var isTold: Bool

        /// A file or folder.
        public init(path: String, what: String, isTold: Bool = true) {
            self.path = path
            self.what = what
            self.isTold = isTold
        }
    }

    /// Single files.
    public var files: [Place]
    /// Folders, with everything below them.
    public var folders: [Place]
    /// Output files of commands, in the state in which they were written. They are not input while they are unchanged.
    public var written: [FileState]

    /// The files of a backend; none by default.
    public init(files: [Place] = [], folders: [Place] = [], written: [FileState] = []) {
        self.files = files
        self.folders = folders
        self.written = written
    }

    /// Adds the files of another backend.
    public mutating func add(_ other: LocalFiles) {
        files += other.files
        folders += other.folders
        written += other.written
    }
}

/// The state of a regular file at one time. Two values are equal only when they are of the same unchanged file.
public struct FileState: Hashable, Sendable {
    /// The number of its file system.
    public var device: Int64
    /// Its number on that file system.
    public var inode: Int64
    /// Its size in bytes.
    public var bytes: Int64
    /// When it was changed last, nanoseconds since 1970.
    public var modifiedAt: Int64

    /// The state of a file.
    public init(device: Int64, inode: Int64, bytes: Int64, modifiedAt: Int64) {
        self.device = device
        self.inode = inode
        self.bytes = bytes
        self.modifiedAt = modifiedAt
    }
}
