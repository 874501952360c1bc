/// The devices that sessions come from.
struct DeviceProfiles: Sendable {
    /// A device: the four fields of a session, and the user agent that the older form sends.
    struct Profile: Sendable {
        var device: String
        var browser: String
        var system: String
        var resolution: String
        var userAgent: String
    }

    /// All combinations, in a fixed order.
    let profiles: [Profile]
    /// The same as JSON text, each from `,"session":{` to `}`.
    let members: WordList

    init() {
        let kinds: [(device: String, systems: [String], browsers: [String], resolutions: [String])] = [
            (
                "mobile", ["Android 15", "Android 14"], ["Firefox 132", "Chrome 131", "Samsung Internet 26"],
                ["1080x2400", "1440x3120", "720x1600"]
            ),
            ("mobile", ["iOS 18.1", "iOS 17.6"], ["Safari 18.1", "Firefox 132"], ["1179x2556", "1290x2796"]),
            (
                "desktop", ["Windows 11", "Windows 10", "macOS 15", "Linux"],
                ["Firefox 132", "Chrome 131", "Edge 131"],
                ["1920x1080", "2560x1440", "1366x768"]
            ),
            ("tablet", ["iPadOS 18.1", "Android 14"], ["Safari 18.1", "Chrome 131"], ["1640x2360", "1600x2560"]),
            ("tv", ["Tizen 8", "webOS 24"], ["Built-in 3"], ["3840x2160"]),
        ]
        var profiles: [Profile] = []
        for kind in kinds {
            for system in kind.systems {
                for browser in kind.browsers {
                    for resolution in kind.resolutions {
                        profiles.append(
                            Profile(
                                device: kind.device,
                                browser: browser,
                                system: system,
                                resolution: resolution,
                                userAgent: Self.userAgent(browser: browser, system: system)
                            )
                        )
                    }
                }
            }
        }
        self.profiles = profiles
        self.members = WordList(
            profiles.map { profile in
                #","session":{"device":"\#(profile.device)","browser":"\#(profile.browser)","os":"\#(profile.system)","#
                    + #""screen_resolution":"\#(profile.resolution)"}"#
            }
        )
    }

    /// The `User-Agent` header that such a browser sends.
    private static func userAgent(browser: String, system: String) -> String {
        let version = browser.split(separator: " ").last.map(String.init) ?? ""
        let chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
        let product =
            switch browser.prefix(4) {
            case "Fire": "Gecko/20100101 Firefox/\(version).0"
            case "Chro": chrome
            case "Edge": "\(chrome) Edg/\(version).0.0.0"
            case "Sams":
                "AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/\(version).0 Chrome/122.0.0.0 Safari/537.36"
            default: "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/\(version) Safari/605.1.15"
            }
        return "Mozilla/5.0 (\(platform(of: system))) \(product)"
    }

    private static func platform(of system: String) -> String {
        let version = (system.split(separator: " ").last.map(String.init) ?? "").split(separator: ".")
        let underscored = version.joined(separator: "_")
        return switch system.prefix(3) {
        case "And": "Linux; \(system); K"
        case "iOS": "iPhone; CPU iPhone OS \(underscored) like Mac OS X"
        case "iPa": "iPad; CPU OS \(underscored) like Mac OS X"
        case "Win": "Windows NT 10.0; Win64; x64"
        case "mac": "Macintosh; Intel Mac OS X 10_15_7"
        case "Tiz": "SMART-TV; Linux; Tizen 8.0"
        case "web": "Web0S; Linux/SmartTV"
        default: "X11; Linux x86_64"
        }
    }
}
