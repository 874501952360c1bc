import CCurl
import Domain

/// libcurl as a whole.
public enum CurlLibrary {
    /// Begins the library, once in the life of the process.
    static let begun: Bool = curl_global_init(3) == CURLE_OK

    /// What `doctor` reports.
    public static var finding: Finding {
        guard begun, let version = reelhouse_curl_version() else {
            return .fail("libcurl", "cannot be begun", "Install libcurl4 again.")
        }
        let number = version.pointee.version.map { String(cString: $0) } ?? "?"
        let tls = version.pointee.ssl_version.map { String(cString: $0) } ?? "no TLS"
        let hasHTTP2 = version.pointee.features & (1 << 16) != 0
        return .ok("libcurl", "\(number), \(tls), \(hasHTTP2 ? "with" : "without") HTTP/2")
    }

    /// The words for an error.
    static func words(_ code: CURLcode) -> String { String(cString: curl_easy_strerror(code)) }
}
