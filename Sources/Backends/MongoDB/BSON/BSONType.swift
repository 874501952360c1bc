/// The types of BSON's values, by the bytes that say them (https://bsonspec.org/spec.html, version 1.1).
enum BSONType: UInt8 {
    case double = 0x01
    case string, document, array, binary, undefined, objectID, boolean, date, null, regex, dbPointer, code, symbol
    case codeWithScope, int32, timestamp, int64, decimal128
    case maxKey = 0x7F
    case minKey = 0xFF
}
