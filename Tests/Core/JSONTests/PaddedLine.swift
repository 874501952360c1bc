import JSON

/// A line with the padding that the parser needs, filled with a byte that must make no difference.
final class PaddedLine {
    private let memory: UnsafeMutableRawBufferPointer
    private let count: Int

    init(_ bytes: some Collection<UInt8>, padding: UInt8 = UInt8(ascii: "7")) {
        count = bytes.count
        memory = .allocate(byteCount: count + JSONParser.padding, alignment: 1)
        memory.copyBytes(from: bytes)
        for index in count..<memory.count { memory[index] = padding }
    }

    convenience init(_ text: String, padding: UInt8 = UInt8(ascii: "7")) { self.init(text.utf8, padding: padding) }

    deinit { memory.deallocate() }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }
}

/// Parses a line and gives what `body` makes of it while it lives.
func parse<Result>(
    _ line: some Collection<UInt8>,
    keys: [StaticString] = [],
    keepsUnknown: Bool = true,
    padding: UInt8 = 0x37,
    _ body: (JSONValue) throws -> Result
) throws -> Result {
    let parser = try JSONParser(keys: keys, keepsUnknown: keepsUnknown)
    let padded = PaddedLine(line, padding: padding)
    return try withExtendedLifetime((parser, padded)) { try body(parser.parse(padded.bytes)) }
}

/// What is wrong with a line; nil when it is an object.
func fault(_ line: some Collection<UInt8>, keepsUnknown: Bool = true, padding: UInt8 = 0x37) -> JSONError? {
    do {
        try parse(line, keepsUnknown: keepsUnknown, padding: padding) { _ in }
        return nil
    } catch {
        return error as? JSONError
    }
}

extension UnsafeRawBufferPointer {
    var text: String { String(decoding: self, as: UTF8.self) }
}

extension JSONValue {
    /// The content form of the value, of all pieces.
    var contentForm: [UInt8] {
        final class Pieces { var bytes: [UInt8] = [] }
        let pieces = Pieces()
        forEachContentFormPiece { pieces.bytes += $0 }
        return pieces.bytes
    }
}
