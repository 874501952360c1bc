import Domain
import Glibc

/// The raw store in a folder. `movies/` has the movie documents, one compressed file for each thousand ids (see
/// `RawShard`). `comments/` and `posters/` have long comments and posters, each in a file that is named by its content
/// (see `RawReference`).
///
/// The store holds what is put in memory up to a limit, and beyond that in files without names (see `RawRun`). A flush
/// merges all of it into the shards: it writes new files under temporary names, syncs the file system once, and renames
/// them. At any moment either the old or the new file is in place. A flush writes each shard once and syncs twice, no
/// matter how much was put and in which order. Errors are `FileError`s that name the file.
public final class RawFolder: RawStore {
    let path: String
    private let heldBytes: Int
    private let encoder: ZstdEncoder
    private var lock: OpenFile?
    /// For each movie, the document of greatest rank among those in memory.
    private var movies: [Int64: RawMovie] = [:]
    private var movieBytes = 0
    private var runs: [RawRun] = []
    /// The comment bodies and posters in memory.
    private var contents: [RawReference: [UInt8]] = [:]
    private var contentBytes = 0
    /// Whether files were renamed since the last sync.
    private var hasUnsyncedNames = false

    /// An estimate of the memory that a document, a body or a poster needs in addition to its bytes.
    private static let overhead = 256
    /// The greatest number of runs to merge at once; each of them is open during the merge.
    private static let mostRuns = 16

    /// Creates a store in a folder, which is made when something is put for the first time.
    ///
    /// - Parameters:
    ///   - path: the folder.
    ///   - heldBytes: how many bytes the store holds in memory.
    ///   - level: zstd's compression level.
    public init(path: String, heldBytes: Int = 32 << 20, level: Int = 1) throws(FileError) {
        self.path = path
        self.heldBytes = heldBytes
        self.encoder = try ZstdEncoder(level: level)
    }

    /// Keeps each document whose rank is greater than that of the stored document of the same movie.
    public func put(movies: [RawMovie]) throws {
        for movie in movies {
            guard movie.document.count <= maximumLineLength else {
                throw FileError(.write, path, .tooLong("the document of movie \(movie.movieID)"))
            }
            if let other = self.movies[movie.movieID] {
                if other.rank >= movie.rank { continue }
                movieBytes -= other.document.count + RawFolder.overhead
            }
            self.movies[movie.movieID] = movie
            movieBytes += movie.document.count + RawFolder.overhead
            try makeRoom()
        }
    }

    /// Keeps comment bodies.
    public func put(comments: [RawComment]) throws {
        for comment in comments { try put(comment.body, under: comment.reference) }
    }

    /// Keeps posters.
    public func put(posters: [RawPoster]) throws {
        for poster in posters { try put(poster.image, under: poster.reference) }
    }

    private func put(_ bytes: [UInt8], under reference: RawReference) throws(FileError) {
        if isThere(reference) { return }
        contents[reference] = bytes
        contentBytes += bytes.count + RawFolder.overhead
        try makeRoom()
    }

    /// Makes everything durable that was put.
    public func flush() throws {
        try write()
        if hasUnsyncedNames { try FileSystem.sync(path) }
        hasUnsyncedNames = false
    }

    /// The ranks of the stored documents of some movies. Reads each shard once.
    public func ranks(ofMovies ids: [Int64]) throws -> [Int64: MovieRank] {
        if !runs.isEmpty { try write() }
        let wanted = Set(ids)
        var found: [Int64: MovieRank] = [:]
        for number in Set(ids.map { RawShard.number(ofMovie: $0) }).sorted() {
            try RawShard(number: number, folder: movieFolder).forEachRank { id, rank in
                if wanted.contains(id) { found[id] = rank }
            }
        }
        for id in ids {
            guard let held = movies[id] else { continue }
            found[id] = found[id].map { max($0, held.rank) } ?? held.rank
        }
        return found
    }

    /// The stored document of a movie; nil when there is none.
    public func movie(_ id: Int64) throws -> RawMovie? {
        if !runs.isEmpty { try write() }
        let stored = try RawShard(number: RawShard.number(ofMovie: id), folder: movieFolder).movie(id)
        guard let held = movies[id] else { return stored }
        return stored.map { $0.rank < held.rank ? held : $0 } ?? held
    }

    /// The comment body with a reference; nil when there is none.
    public func comment(_ reference: RawReference) throws -> [UInt8]? { try content(reference) }

    /// The poster with a reference; nil when there is none.
    public func poster(_ reference: RawReference) throws -> [UInt8]? { try content(reference) }

    /// Those of some references that the store has content with.
    public func present(_ references: [RawReference]) -> Set<RawReference> { Set(references.filter(isThere)) }

    private func isThere(_ reference: RawReference) -> Bool {
        contents[reference] != nil || access("\(path)/\(reference)", F_OK) == 0
    }

    private func content(_ reference: RawReference) throws(FileError) -> [UInt8]? {
        if let held = contents[reference] { return held }
        let path = "\(path)/\(reference)"
        guard let bytes = try OpenFile.ifThere(path)?.readAll() else { return nil }
        guard reference.isOf(bytes) else {
            throw FileError(.read, path, .damaged("its content does not match the hash in its name"))
        }
        return bytes
    }

    /// Calls `body` with all documents, one a movie, in ascending order of their ids. Documents in memory are written
    /// first. Of a damaged file no document is given.
    public func forEachMovie(_ body: (RawMovie) throws -> Void, onDamage: (any ReportedError) throws -> Void) throws {
        try write()
        for shard in try RawShard.all(in: movieFolder) { try shard.forEachMovie(body, onDamage: onDamage) }
    }

    /// Calls `body` with the references of all comment bodies or posters, in ascending order. What is in memory is
    /// written first. Files of other names are passed over.
    public func forEachReference(to content: RawContent, _ body: (RawReference) throws -> Void) throws {
        try write()
        let outer = "\(path)/\(content.rawValue)"
        guard Folder.isFolder(outer) else { return }
        for digits in try Folder.entries(in: outer).names where Folder.isFolder("\(outer)/\(digits)") {
            for name in try Folder.entries(in: "\(outer)/\(digits)").names {
                guard let reference = RawReference("\(content.rawValue)/\(digits)/\(name)") else { continue }
                try body(reference)
            }
        }
    }

    private var movieFolder: String { "\(path)/movies" }
}

// MARK: - Writing

extension RawFolder {
    private func makeRoom() throws(FileError) {
        guard movieBytes + contentBytes > heldBytes else { return }
        if contentBytes > heldBytes / 2 || runs.count == RawFolder.mostRuns { return try write() }
        try Folder.make(movieFolder)
        runs.append(try RawRun(sortedMovies, folder: movieFolder, encoder))
        forgetMovies()
    }

    private var sortedMovies: [RawMovie] { movies.values.sorted { $0.movieID < $1.movieID } }

    private func forgetMovies() {
        movies.removeAll(keepingCapacity: true)
        movieBytes = 0
    }

    /// Writes everything that is held in memory and in runs. If that fails, the files on disk stay as they were, and
    /// nothing that is held is lost.
    private func write() throws(FileError) {
        guard !movies.isEmpty || !runs.isEmpty || !contents.isEmpty else { return }
        let lock = try lockedForWriting()
        defer { flock(lock.descriptor, LOCK_UN) }
        var files = try mergedShards()
        for (reference, bytes) in contents { try files.append(written(bytes, reference)) }
        try place(files)
        forgetMovies()
        runs = []
        contents = [:]
        contentBytes = 0
    }

    /// Makes the content of files durable, and then renames them into their places.
    private func place(_ files: [ReplacedFile]) throws(FileError) {
        guard !files.isEmpty else { return }
        try FileSystem.sync(path)
        hasUnsyncedNames = true
        for file in files { try file.commit() }
    }

    /// Writes the shards that change under temporary names.
    private func mergedShards() throws(FileError) -> [ReplacedFile] {
        var files: [ReplacedFile] = []
        var rest = sortedMovies[...]
        var cursors: [RawRun.Cursor] = []
        for run in runs { cursors.append(try run.cursor()) }
        let numbers = runs.reduce(into: Set(rest.map { RawShard.number(ofMovie: $0.movieID) })) {
            $0.formUnion($1.shards)
        }
        for number in numbers.sorted() {
            let shard = RawShard(number: number, folder: movieFolder)
            var best = BestDocuments()
            while let movie = rest.first, RawShard.number(ofMovie: movie.movieID) == number {
                best.add(movie)
                rest.removeFirst()
            }
            for cursor in cursors {
                while let movie = try cursor.next(ofShard: number) {
                    best.add(movie)
                    // Huge documents must not exceed the memory limit either.
                    guard best.bytes > heldBytes else { continue }
                    if let file = try shard.merging(best.sorted, encoder) { try place([file]) }
                    best = BestDocuments()
                }
            }
            if let file = try shard.merging(best.sorted, encoder) { files.append(file) }
        }
        return files
    }

    /// Collects for each movie the document of greatest rank.
    private struct BestDocuments {
        private var movies: [Int64: RawMovie] = [:]
        private(set) var bytes = 0

        var sorted: [RawMovie] { movies.values.sorted { $0.movieID < $1.movieID } }

        mutating func add(_ movie: RawMovie) {
            if let other = movies[movie.movieID] {
                if other.rank >= movie.rank { return }
                bytes -= other.document.count
            }
            movies[movie.movieID] = movie
            bytes += movie.document.count
        }
    }

    private func written(_ bytes: [UInt8], _ reference: RawReference) throws(FileError) -> ReplacedFile {
        let path = "\(path)/\(reference)"
        try Folder.make(FilePath.split(path).folder)
        let file = try ReplacedFile(path: path)
        try bytes.withUnsafeBufferPointer { (bytes) throws(FileError) in
            try file.file.write(UnsafeRawBufferPointer(bytes))
        }
        try file.file.close()
        return file
    }

    /// Waits until no other process writes to this folder, and locks it.
    ///
    /// Two runs into two warehouses may share a raw store. Without the lock, each could overwrite a shard that the
    /// other has just written.
    private func lockedForWriting() throws(FileError) -> OpenFile {
        let isFirst = lock == nil
        if isFirst { try Folder.make(movieFolder) }
        let lock = if let lock { lock } else { try OpenFile(locking: "\(path)/.lock") }
        while flock(lock.descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw FileError(.lock, path, errno: errno) }
        }
        self.lock = lock
        if isFirst { try removeLeftovers() }
        return lock
    }

    /// Removes the temporary files of killed runs. The lock guarantees that no other process still writes to them.
    private func removeLeftovers() throws(FileError) {
        var folders = [movieFolder]
        for contents in ["\(path)/comments", "\(path)/posters"] where Folder.isFolder(contents) {
            for name in try Folder.names(in: contents) { folders.append("\(contents)/\(name)") }
        }
        for folder in folders where Folder.isFolder(folder) {
            for name in try Folder.names(in: folder) where ReplacedFile.isLeftover(name) {
                if unlink("\(folder)/\(name)") != 0 { throw FileError(.remove, "\(folder)/\(name)", errno: errno) }
            }
        }
    }
}
