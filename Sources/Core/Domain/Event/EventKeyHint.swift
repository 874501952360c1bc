import JSON

/// Looks in a rejected event for the key that it lacks: the same key in the wrong place, or one that is spelled almost
/// alike.
struct EventKeyHint {
    private let parser: JSONParser
    /// Longer lines are not parsed again, since that needs many times their size.
    private static let longestLine = 1 << 20

    /// - Throws: `OutOfMemory`.
    init() throws(OutOfMemory) { parser = try JSONParser(keys: EventKey.allCases.map(\.name), keepsUnknown: true) }

    /// Says in a sentence where the key may be instead; nil if nothing in the line resembles it.
    ///
    /// - Parameter line: a JSON object, with `JSONParser.padding` readable bytes after it.
    func words(for key: EventKey, in line: UnsafeRawBufferPointer) -> String? {
        guard line.count <= Self.longestLine, let event = try? parser.parse(line) else { return nil }
        let metadata = event.member(EventKey.metadata.rawValue)
        if key.isPayload {
            if event.member(key.rawValue) != nil {
                return "Key `\(key.name)` stands beside metadata; it belongs inside it"
            }
            if key == .body, event.member(EventKey.deleted.rawValue)?.isTrue == true {
                return "Key `deleted` stands beside metadata; it belongs inside it"
            }
            if key == .score, metadata?.member(EventKey.rating.rawValue) != nil {
                return "Key `rating` stands inside metadata; name it score there"
            }
            if metadata?.member(EventKey.metadata.rawValue)?.member(key.rawValue) != nil {
                return "Key `\(key.name)` stands inside a second metadata; it belongs inside the first"
            }
            if event.member(EventKey.session.rawValue)?.member(key.rawValue) != nil {
                return "Key `\(key.name)` stands inside session; it belongs inside metadata"
            }
            if let metadata, !metadata.isNull, metadata.kind != .object {
                return
                    "Key `metadata` is \(FoundValue.words(for: metadata)); it should be an object with \(key.name) in it"
            }
        } else if metadata?.member(key.rawValue) != nil {
            return "Key `\(key.name)` stands inside metadata; it belongs beside it"
        }
        let inside = metadata.flatMap { similar(to: key, in: $0) }
        let beside = similar(to: key, in: event)
        guard let name = key.isPayload ? inside ?? beside : beside ?? inside else { return nil }
        return "Is \"\(name)\" meant to be \(key.name)?"
    }

    /// An unknown key of an object that is spelled almost like the given one.
    private func similar(to key: EventKey, in object: JSONValue) -> String? {
        let wanted = key.name.withUTF8Buffer { Self.letters(UnsafeRawBufferPointer($0)) }
        for member in object.members where member.key < 0 && member.name.count <= wanted.count * 2 + 2 {
            if Self.isOneEdit(Self.letters(member.name), wanted) { return FoundValue.shortened(member.name) }
        }
        return nil
    }

    /// A key in lower case without `_`, `-` and spaces: `movieid` for `movieId` and `movie-id`.
    private static func letters(_ name: UnsafeRawBufferPointer) -> [UInt8] {
        name.compactMap { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
            case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: " "): nil
            default: byte
            }
        }
    }

    /// Whether both are equal, or differ by one letter that is inserted, deleted, replaced or swapped with its
    /// neighbour.
    private static func isOneEdit(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        let start = zip(left, right).prefix { $0 == $1 }.count
        let (left, right) = (left[start...], right[start...])
        if left.elementsEqual(right) { return true }
        if left.dropFirst().elementsEqual(right.dropFirst()) { return true }
        if left.dropFirst().elementsEqual(right) || left.elementsEqual(right.dropFirst()) { return true }
        guard left.count >= 2, right.count >= 2 else { return false }
        return left[start] == right[start + 1] && left[start + 1] == right[start]
            && left.dropFirst(2).elementsEqual(right.dropFirst(2))
    }
}
