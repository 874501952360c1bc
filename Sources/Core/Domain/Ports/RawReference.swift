import Hashing

/// The key of a comment's body or of a poster in the raw store. It is made from the SHA-256 of the bytes, so that equal
/// bytes are stored once, and have the same key in every raw store.
///
/// Examples: `comments/ba/ba7816bf…15ad.txt`, `posters/3f/3f79bb7b….jpg`. The second part is the first two hexadecimal
/// digits of the SHA-256; the last part is all 64 digits, with an ending for the kind of content.
public struct RawReference: Hashable, Sendable, CustomStringConvertible {
    /// The kind of content that a reference leads to.
    public enum Kind: Hashable, Sendable {
        /// A comment's body, text in UTF-8.
        case comment
        /// An image.
        case poster(PosterFormat)

        /// The first part of the references of this kind.
        public var folder: String {
            switch self {
            case .comment: "comments"
            case .poster: "posters"
            }
        }

        fileprivate var fileExtension: String {
            switch self {
            case .comment: "txt"
            case .poster(let format): format.rawValue
            }
        }
    }

    /// The kind of the content.
    public let kind: Kind
    /// The SHA-256 of the bytes in 64 lower-case hexadecimal digits.
    public let digest: String

    /// The reference of some bytes.
    init(_ kind: Kind, of bytes: [UInt8]) {
        self.kind = kind
        digest = bytes.withUnsafeBytes { Digest.sha256($0) }.hexadecimal
    }

    /// The reference of a comment's body, whole and in UTF-8.
    public static func comment(_ body: [UInt8]) -> RawReference { RawReference(.comment, of: body) }

    /// The reference of an image; nil when its format is none of `PosterFormat`.
    public static func poster(_ image: [UInt8]) -> RawReference? {
        PosterFormat(of: image).map { RawReference(.poster($0), of: image) }
    }

    /// Parses the text form of a reference; nil when the text is not one.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, let dot = parts[2].firstIndex(of: ".") else { return nil }
        let digits = parts[2][..<dot]
        let ending = String(parts[2][parts[2].index(after: dot)...])
        let kind: Kind? =
            switch parts[0] {
            case "comments" where ending == "txt": .comment
            case "posters": PosterFormat(rawValue: ending).map { .poster($0) }
            default: nil
            }
        guard let kind, digits.utf8.count == 64, digits.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) }),
            parts[1] == digits.prefix(2)
        else { return nil }
        self.kind = kind
        digest = String(digits)
    }

    /// The text form: the warehouse stores it, and a raw store in a folder uses it as a path.
    public var text: String { "\(kind.folder)/\(digest.prefix(2))/\(digest).\(kind.fileExtension)" }
    /// The same text.
    public var description: String { text }

    /// Whether this is the reference of `bytes`.
    public func isOf(_ bytes: [UInt8]) -> Bool { RawReference(kind, of: bytes) == self }
}

/// The formats of posters, by their usual file extensions.
public enum PosterFormat: String, Sendable, CaseIterable {
    case jpg, png, svg, webp

    /// The format of an image by its first bytes; nil when it is none of these.
    public init?(of image: [UInt8]) {
        if image.starts(with: [0xff, 0xd8, 0xff]) {
            self = .jpg
        } else if image.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) {
            self = .png
        } else if image.starts(with: "RIFF".utf8), image.dropFirst(8).starts(with: "WEBP".utf8) {
            self = .webp
        } else if PosterFormat.isSVG(image) {
            self = .svg
        } else {
            return nil
        }
    }

    /// Whether an image is text that begins with an `<svg>` element. A byte order mark, an XML declaration, comments
    /// and a document type may come before it, all within the first 4 KiB.
    private static func isSVG(_ image: [UInt8]) -> Bool {
        var rest = String(decoding: image.prefix(4096), as: UTF8.self)[...]
        if rest.first == "\u{feff}" { rest.removeFirst() }
        while true {
            rest = rest.drop { $0.isWhitespace }
            if rest.hasPrefix("<svg") {
                guard let next = rest.dropFirst(4).first else { return false }
                return next.isWhitespace || next == ">" || next == "/"
            }
            guard let end = ["<?": "?>", "<!--": "-->", "<!D": ">"].first(where: { rest.hasPrefix($0.key) })?.value,
                let range = rest.firstRange(of: end)
            else { return false }
            rest = rest[range.upperBound...]
        }
    }
}
