import Glibc

/// Bytes that should be BSON are not.
struct BSONFault: Error, Equatable {}

/// An element of a document or an array. It refers to the document's bytes.
struct BSONElement {
    /// The type of its value.
    let type: BSONType
    /// Its name; the index of an array's element, in digits.
    let name: UnsafeRawBufferPointer
    /// The bytes of its value, with the lengths that some types have in front.
    let value: UnsafeRawBufferPointer

    /// Whether it has a name.
    func isNamed(_ other: StaticString) -> Bool {
        name.hasSameBytes(as: UnsafeRawBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount))
    }

    /// The double, if it is one.
    var double: Double? { type == .double ? Double(bitPattern: load(0)) : nil }

    /// The integer, if it is one, in whichever of the two sizes.
    var integer: Int64? {
        switch type {
        case .int32: Int64(load(0) as Int32)
        case .int64: load(0)
        default: nil
        }
    }

    /// The integer, if the value is a number that is one: a double too, as other programs write them.
    var wholeNumber: Int64? { integer ?? double.flatMap { Int64(exactly: $0) } }

    /// Eight bytes as an integer: a date's milliseconds since 1970.
    var date: Int64? { type == .date ? load(0) : nil }

    /// Whether it is true; nil if it is no boolean.
    var boolean: Bool? { type == .boolean ? value[0] != 0 : nil }

    /// The bytes of a string, code or symbol.
    var text: UnsafeRawBufferPointer? {
        switch type {
        case .string, .code, .symbol: UnsafeRawBufferPointer(rebasing: value[4..<value.count - 1])
        default: nil
        }
    }

    /// The bytes of a document or an array.
    var document: UnsafeRawBufferPointer? { type == .document || type == .array ? value : nil }

    /// The kind and the bytes of binary data. The old kind 2 has its length twice.
    var binary: (kind: UInt8, bytes: UnsafeRawBufferPointer)? {
        guard type == .binary else { return nil }
        let kind = value[4]
        let hasSecondLength = kind == 2 && value.count >= 9 && Int(load(5) as Int32) == value.count - 9
        return (kind, UnsafeRawBufferPointer(rebasing: value[(hasSecondLength ? 9 : 5)...]))
    }

    /// An integer of the value's bytes.
    @inline(__always)
    func load<Integer: FixedWidthInteger & BitwiseCopyable>(_ offset: Int) -> Integer {
        Integer(littleEndian: value.loadUnaligned(fromByteOffset: offset, as: Integer.self))
    }
}

/// Reads the elements of a document or an array one after another. Every length is checked: nothing outside the bytes is
/// read, whatever they are.
///
///     var reader = try BSONReader(document)
///     while let element = try reader.next() { … }
struct BSONReader {
    private let bytes: UnsafeRawBufferPointer
    private var place = 4

    /// - Throws: when the bytes have another length than they say, or do not end as a document.
    init(_ document: UnsafeRawBufferPointer) throws(BSONFault) {
        guard document.count >= 5, document[document.count - 1] == 0,
            Int(Int32(littleEndian: document.loadUnaligned(as: Int32.self))) == document.count
        else { throw BSONFault() }
        bytes = document
    }

    /// The next element; nil at the end.
    @inline(__always)
    mutating func next() throws(BSONFault) -> BSONElement? {
        let end = bytes.count - 1
        guard place < end else {
            if place > end { throw BSONFault() }
            return nil
        }
        guard let type = BSONType(rawValue: bytes[place]) else { throw BSONFault() }
        let name = try text(at: place + 1)
        let start = place + 2 + name.count
        let size = try size(of: type, at: start)
        guard size <= end - start else { throw BSONFault() }
        place = start + size
        return BSONElement(
            type: type, name: name, value: UnsafeRawBufferPointer(rebasing: bytes[start..<start + size]))
    }

    /// The first element with a name; nil when there is none.
    static func element(_ name: StaticString, of document: UnsafeRawBufferPointer) throws(BSONFault) -> BSONElement? {
        var reader = try BSONReader(document)
        while let element = try reader.next() {
            if element.isNamed(name) { return element }
        }
        return nil
    }

    /// The bytes up to the next zero.
    @inline(__always)
    private func text(at start: Int) throws(BSONFault) -> UnsafeRawBufferPointer {
        guard start < bytes.count, let base = bytes.baseAddress,
            let zero = memchr(base + start, 0, bytes.count - start)
        else { throw BSONFault() }
        return UnsafeRawBufferPointer(start: base + start, count: UnsafeRawPointer(zero) - (base + start))
    }

    /// How many bytes a value has.
    @inline(__always)
    private func size(of type: BSONType, at start: Int) throws(BSONFault) -> Int {
        switch type {
        case .undefined, .null, .minKey, .maxKey: return 0
        case .boolean: return 1
        case .int32: return 4
        case .double, .date, .timestamp, .int64: return 8
        case .objectID: return 12
        case .decimal128: return 16
        case .string, .code, .symbol: return try sizeOfText(at: start)
        case .document, .array: return try length(at: start, atLeast: 5)
        case .codeWithScope: return try length(at: start, atLeast: 14)
        case .binary: return try length(at: start, atLeast: 0) + 5
        case .dbPointer: return try sizeOfText(at: start) + 12
        case .regex:
            let pattern = try text(at: start)
            return try pattern.count + 2 + text(at: start + pattern.count + 1).count
        }
    }

    private func sizeOfText(at start: Int) throws(BSONFault) -> Int {
        let size = try length(at: start, atLeast: 1) + 4
        guard size < bytes.count - start, bytes[start + size - 1] == 0 else { throw BSONFault() }
        return size
    }

    @inline(__always)
    private func length(at start: Int, atLeast least: Int) throws(BSONFault) -> Int {
        guard bytes.count - start >= 4 else { throw BSONFault() }
        let length = Int(Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: Int32.self)))
        guard length >= least else { throw BSONFault() }
        return length
    }
}
