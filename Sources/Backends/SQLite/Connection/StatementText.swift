/// Recognizes the text that SQLite ignores between statements.
enum StatementText {
    /// Whether a text has only white space, comments, semicolons and byte order marks.
    ///
    /// - Parameter text: a text that ends with a zero byte.
    static func isBlank(_ text: UnsafePointer<CChar>) -> Bool {
        var place = text
        while place.pointee != 0 {
            switch UInt8(bitPattern: place.pointee) {
            case 0x09, 0x0a, 0x0c, 0x0d, 0x20, UInt8(ascii: ";"): place += 1
            case UInt8(ascii: "-") where place[1] == 0x2d: skipLine(&place)
            case UInt8(ascii: "/") where place[1] == 0x2a: skipComment(&place)
            case 0xef where UInt8(bitPattern: place[1]) == 0xbb && UInt8(bitPattern: place[2]) == 0xbf: place += 3
            default: return false
            }
        }
        return true
    }

    private static func skipLine(_ place: inout UnsafePointer<CChar>) {
        while place.pointee != 0, place.pointee != 0x0a { place += 1 }
    }

    /// A comment that is not closed ends with the text.
    private static func skipComment(_ place: inout UnsafePointer<CChar>) {
        place += 2
        while place.pointee != 0, !(place.pointee == 0x2a && place[1] == 0x2f) { place += 1 }
        if place.pointee != 0 { place += 2 }
    }
}
