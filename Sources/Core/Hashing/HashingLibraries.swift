import CCrypto
import CXXHash

/// Names the hashing libraries that the program runs with, for `doctor`.
public enum HashingLibraries {
    /// The version of xxHash.
    public static var xxHash: String {
        let number = XXH_versionNumber()
        return "\(number / 10_000).\(number / 100 % 100).\(number % 100)"
    }

    /// The version of libcrypto, such as `OpenSSL 3.0.15 3 Sep 2024`.
    public static var crypto: String { String(cString: OpenSSL_version(0)) }
}
