import CZlib
import CZstd

/// The libraries that compress, as they are linked now.
public enum CompressionLibraries {
    /// zstd's version.
    public static var zstd: String { String(cString: ZSTD_versionString()) }
    /// zlib's version.
    public static var zlib: String { String(cString: zlibVersion()) }
}
