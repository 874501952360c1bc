import Domain

/// Finds the snapshot date of movie documents in the name of their file (contract §2.2).
///
///     SnapshotDate.inName("movies-2026-11-20.ndjson.zst")  // days from 1970-01-01 to 2026-11-20
public enum SnapshotDate {
    /// Returns the first real date in a name that has no digit beside it. The form is `YYYY-MM-DD`, or `MM_DD_YYYY` as
    /// in the names of TMDB's daily export.
    ///
    /// - Parameter lastPathComponent: the last part of a path.
    /// - Returns: days since 1970-01-01, or nil when the name has no such date.
    public static func inName(_ lastPathComponent: String) -> Int32? {
        let bytes = Array(lastPathComponent.utf8)
        guard bytes.count >= length else { return nil }
        for start in 0...bytes.count - length {
            let end = start + length
            if start > 0, isDigit(bytes[start - 1]) { continue }
            if end < bytes.count, isDigit(bytes[end]) { continue }
            if let day = date(bytes[start..<end]) { return day }
        }
        return nil
    }

    private static let length = 10
    private static let hyphen = UInt8(ascii: "-")
    private static let underscore = UInt8(ascii: "_")

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    /// The date that ten bytes spell in one of the two forms.
    private static func date(_ bytes: ArraySlice<UInt8>) -> Int32? {
        var iso = Array(bytes)
        if iso[2] == underscore, iso[5] == underscore {
            iso = iso[6...] + [hyphen] + iso[0...1] + [hyphen] + iso[3...4]
        }
        return iso.withUnsafeBytes { CivilDate.parse($0) }
    }
}
