import Testing

@testable import Domain

@Suite struct UserAgentTests {
    @Test(
        arguments: [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
                "Chrome 131", "Windows 10"
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
                "Edge 131", "Windows 10"
            ),
            (
                "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 OPR/115.0.0.0",
                "Opera 115", "ChromeOS"
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox 132", "Linux"),
            ("Mozilla/5.0 (Android 15; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0", "Firefox 132", "Android 15"),
            (
                "Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36",
                "Samsung Internet 26", "Android 14"
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
                "Safari 18", "iOS 18"
            ),
            (
                "Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1",
                "Chrome 131", "iOS 17"
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
                "Safari 18", "macOS 10"
            ),
            ("Mozilla/5.0 (Windows NT 6.1) Firefox/52.0", "Firefox 52", "Windows"),
            ("curl/8.5.0", nil, nil), ("", nil, nil), ("Firefox/", nil, nil), ("Safari/604.1", nil, nil),
            ("Android", nil, "Android"), ("Chrome/x", nil, nil),
        ] as [(String, String?, String?)])
    func aUserAgentIsRead(agent: String, browser: String?, os: String?) {
        #expect(described(agent, UserAgent.browser) == browser)
        #expect(described(agent, UserAgent.os) == os)
    }

    /// What is found in a user agent, as a row has it.
    private func described(_ agent: String, _ find: (UnsafeRawBufferPointer) -> UserAgent.Product?) -> String? {
        Array(agent.utf8).withUnsafeBytes { bytes in
            find(bytes).map { product in
                let version = String(decoding: product.version, as: UTF8.self)
                return version.isEmpty ? "\(product.name)" : "\(product.name) \(version)"
            }
        }
    }

    @Test(arguments: ["Firefox/132", "Mozilla/5.0 (Windows NT 6.1) Firefox/52.0", "curl/8.5.0", ""])
    func anEventHasTheNames(agent: String) throws {
        let clean = try CleanEvent(event(["session_id": "1", "user_agent": "\"\(agent)\""]))
        #expect(clean["browser"] == described(agent, UserAgent.browser) ?? "-")
        #expect(clean["os"] == described(agent, UserAgent.os) ?? "-")
    }

    @Test func aHostileUserAgentEnds() throws {
        let long = String(repeating: "Version/", count: 100_000)
        let clean = try CleanEvent(event(["session_id": "1", "user_agent": "\"\(long)Firefox/1\""]))
        #expect(clean["browser"] == "-")
        #expect(clean["os"] == "-")
    }
}
