/// Why a line is not one JSON object. (A lack of memory is `OutOfMemory`, since it says nothing about the line.)
public enum JSONError: UInt32, Error, Sendable, CaseIterable {
    case empty = 1
    case notAnObject
    case cutOff
    case trailing
    case invalidUTF8
    case invalidEscape
    case invalidNumber
    case invalidLiteral
    case controlCharacter
    case structure
    case tooDeep
    case tooLong

    /// The fault in words, for a person who sees the line.
    public var explanation: String { explanation(at: nil) }

    /// The fault in words, for a person who sees the line: `an invalid number at character 12`.
    ///
    /// - Parameter character: the number of the character where the fault is, from 1; nil if that is not known.
    public func explanation(at character: Int?) -> String {
        let place = character.map { " at character \($0)" } ?? ""
        return switch self {
        case .empty: "it has only white space"
        case .notAnObject: "it is a JSON value, but not an object"
        case .cutOff: "the line ends in the middle of the object"
        case .trailing: "something follows the object\(place)"
        case .invalidUTF8: "bytes that are not UTF-8\(place)"
        case .invalidEscape: "an invalid \\ escape in the string\(place) (ignored fields count too)"
        case .invalidNumber: "an invalid number\(place)"
        case .invalidLiteral: "invalid JSON\(place)"
        case .controlCharacter: "a control character in a string that is not escaped\(place)"
        case .structure: "invalid JSON\(place): a comma, colon, bracket or quote is missing or misplaced"
        case .tooDeep: "nested deeper than 64 levels\(place)"
        case .tooLong: "longer than 16 MiB"
        }
    }
}
