import Domain

/// A file that was found for an argument.
public struct FoundFile: Hashable, Sendable {
    /// Its name as the user gave it: for a file in a folder the folder as named and the rest of the path; `-` for
    /// standard input.
    public var name: String
    /// Where its bytes are.
    public var location: FileLocation
    /// Its size in bytes; nil for standard input, a pipe or a device, whose bytes come once and have no identity.
    public var size: Int64?

    /// The last part of its path.
    public var lastPathComponent: String {
        let slash = name.utf8.lastIndex(of: UInt8(ascii: "/"))
        return String(slash.map { name[name.utf8.index(after: $0)...] } ?? name[...])
    }
}

/// What was found for some arguments.
public struct FoundFiles: Sendable {
    /// The files, in the order in which they are to be read.
    public var files: [FoundFile] = []
    /// What belongs to the warehouse itself, and is no input.
    public var passedOver: [SourceRemark] = []
    /// What cannot be read.
    public var unreadable: [SourceRemark] = []

    /// Nothing.
    public init() {}

    /// Adds a remark on what is the warehouse's own.
    mutating func passOver(_ path: String, _ owner: OwnFiles.Owner) {
        if owner.isTold { passedOver.append(SourceRemark(name: path, reason: owner.what)) }
    }

    /// Adds a remark on what cannot be read.
    mutating func add(unreadable error: FileError) {
        unreadable.append(SourceRemark(name: error.path, reason: "\(error.why); \(error.advice)"))
    }
}

/// Finds the files that arguments mean: paths, folders, patterns that the shell did not expand, and `-`.
public enum FileDiscovery {
    /// The files of all arguments in their order, those of a folder sorted by name.
    ///
    /// A folder means all files below it but dotted ones and those in dotted folders. Symbolic links are followed; a
    /// folder that is met twice below one that was named is read once. A file that two arguments mean comes twice, but
    /// standard input once. A folder without files gives none. What is met below a folder, or matches a pattern, and
    /// cannot be looked at is told, and so is what belongs to the warehouse itself.
    ///
    /// - Throws: when a path is not there, a link that was named leads nowhere and nothing else is found, nothing matches
    ///   a pattern, or what is named is the warehouse's own.
    public static func find(_ arguments: [String], unless own: OwnFiles = OwnFiles()) throws(FileError) -> FoundFiles {
        var search = FileSearch(own: own)
        for argument in arguments { try search.add(argument) }
        // Where there is nothing else to read, the command fails.
        if let error = search.brokenLink, search.found.files.isEmpty { throw error }
        return search.found
    }
}
