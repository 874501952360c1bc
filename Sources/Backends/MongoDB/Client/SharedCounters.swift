import Glibc

/// The counters that libmongoc keeps for `mongoc-stat`, in a file in shared memory. It makes the file when it is loaded,
/// whether MongoDB is used or not.
public enum SharedCounters {
    /// Removes the file; libmongoc goes on with what it has mapped.
    ///
    /// A program that is killed would leave the file behind, and a later program of the same number would write a warning
    /// of libmongoc's to standard error.
    public static func remove() {
        // Where there is none, nothing is left to remove.
        _ = shm_unlink("/mongoc-\(getpid())")
    }
}
