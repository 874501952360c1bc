import CCrypto
import CXXHash

/// The libraries that hash, as they are linked now.
public enum HashingLibraries {
    /// xxHash's version.
    public static var xxHash: String {
        let number = XXH_versionNumber()
        return "\(number / 10_000).\(number / 100 % 100).\(number % 100)"
    }

    /// libcrypto's own words, such as `OpenSSL 3.0.15 3 Sep 2024`.
    public static var crypto: String { String(cString: OpenSSL_version(0)) }
}
