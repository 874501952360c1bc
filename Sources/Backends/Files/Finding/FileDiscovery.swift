import Domain

/// An input file that was found for an argument of the command line.
public struct FoundFile: Hashable, Sendable {
    /// The name that reports and the quarantine show: the path as the user gave it; for a file in a folder, the folder
    /// as the user named it and the rest of the path; `-` for standard input.
    public var name: String
    /// Where to read the bytes from.
    public var location: FileLocation
    /// The size in bytes. It is nil for standard input, a pipe or a device: their bytes can be read only once, so that
    /// the file cannot be recognized later.
    public var size: Int64?

    /// The last part of the path.
    public var lastPathComponent: String {
        let slash = name.utf8.lastIndex(of: UInt8(ascii: "/"))
        return String(slash.map { name[name.utf8.index(after: $0)...] } ?? name[...])
    }
}

/// The result of a search for input files.
public struct FoundFiles: Sendable {
    /// The files, in the order in which they will be read.
    public var files: [FoundFile] = []
    /// The paths that were left out because they belong to the warehouse itself.
    public var passedOver: [SourceRemark] = []
    /// The paths that cannot be read, with the reason.
    public var unreadable: [SourceRemark] = []

    /// Creates an empty result.
    public init() {}

    /// Adds a path that was left out because it belongs to the warehouse, if the user is to be told.
    mutating func passOver(_ path: String, _ owner: OwnFiles.Owner) {
        if owner.isTold { passedOver.append(SourceRemark(name: path, reason: owner.what)) }
    }

    /// Adds a path that cannot be read.
    mutating func add(unreadable error: FileError) {
        unreadable.append(SourceRemark(name: error.path, reason: "\(error.why); \(error.advice)"))
    }
}

/// Finds the input files for the arguments of a command line: paths, folders, patterns that the shell did not expand,
/// and `-`.
public enum FileDiscovery {
    /// Finds the files of all arguments. They come in the order of the arguments, those of one folder sorted by name.
    ///
    /// A folder stands for all files below it, except dotted files and files in dotted folders. The search follows
    /// symbolic links, and reads a folder that it meets twice below one argument only once. A file that two arguments
    /// name is listed twice, but standard input once. A folder without files yields nothing. A path below a folder, or
    /// one that matches a pattern, which cannot be examined or belongs to the warehouse itself is listed in
    /// `unreadable` or `passedOver`.
    ///
    /// - Throws: `FileError` when a named path does not exist; when a named symbolic link leads nowhere and no other
    ///   file was found; when nothing matches a pattern; when a named path belongs to the warehouse itself.
    public static func find(_ arguments: [String], unless own: OwnFiles = OwnFiles()) throws(FileError) -> FoundFiles {
        var search = FileSearch(own: own)
        for argument in arguments { try search.add(argument) }
        // A broken link is an error only if there is nothing else to read.
        if let error = search.brokenLink, search.found.files.isEmpty { throw error }
        return search.found
    }
}
