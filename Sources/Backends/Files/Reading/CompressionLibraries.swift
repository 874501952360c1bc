import CZlib
import CZstd

/// The versions of the linked compression libraries.
public enum CompressionLibraries {
    /// zstd's version.
    public static var zstd: String { String(cString: ZSTD_versionString()) }
    /// zlib's version.
    public static var zlib: String { String(cString: zlibVersion()) }
}
