/// Writes BSON documents, element by element, as https://bsonspec.org/spec.html defines them.
///
/// It writes the bytes itself: libbson's functions take a handle for each level of a document, whose alignment of 128
/// bytes Swift does not keep, and a call with variable arguments for each value.
///
///     var writer = BSONWriter()
///     let start = writer.begin()
///     writer.append(603, "_id")
///     writer.end(start)
///     let document = BSONDocument(copying: writer.bytes)
struct BSONWriter: ~Copyable {
    private var output: ByteWriter

    /// A writer that has written nothing.
    init() { output = ByteWriter() }

    /// What has been written; valid until more is written.
    var bytes: UnsafeRawBufferPointer { output.bytes }
    /// How many bytes have been written.
    var count: Int { output.count }

    /// Begins anew.
    mutating func removeAll() { output.removeAll() }

    /// Begins the document itself, or a document or an array after its `name`. Gives where it begins, for `end`.
    mutating func begin() -> Int {
        let start = output.count
        output.append(littleEndian: Int32(0))
        return start
    }

    /// Ends the document or array that begins at an offset.
    mutating func end(_ start: Int) {
        output.append(0)
        output.store(littleEndian: Int32(truncatingIfNeeded: output.count - start), at: start)
    }

    /// Adds the type and the name of an element; its value has to follow.
    ///
    /// - Parameter name: has no U+0000.
    @inline(__always)
    mutating func name(_ type: BSONType, _ name: UnsafeRawBufferPointer) {
        output.reserve(name.count + 2)
        output.append(type.rawValue)
        output.append(name)
        output.append(0)
    }

    /// Adds the type and the name of an element; its value has to follow.
    mutating func name(_ type: BSONType, _ name: StaticString) {
        self.name(type, UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }

    /// Adds a value after its name.
    @inline(__always)
    mutating func value(_ value: Int32) { output.append(littleEndian: value) }
    /// Adds a value after its name.
    @inline(__always)
    mutating func value(_ value: Int64) { output.append(littleEndian: value) }
    /// Adds a value after its name.
    @inline(__always)
    mutating func value(_ value: Double) { output.append(littleEndian: value.bitPattern) }
    /// Adds a value after its name.
    @inline(__always)
    mutating func value(_ value: Bool) { output.append(value ? 1 : 0) }

    /// Adds a string after its name.
    ///
    /// - Parameter text: valid UTF-8; U+0000 may be in it.
    @inline(__always)
    mutating func value(text: UnsafeRawBufferPointer) {
        output.append(littleEndian: Int32(truncatingIfNeeded: text.count + 1))
        output.append(text)
        output.append(0)
    }

    /// Adds binary data of the general kind after its name.
    mutating func value(binary: UnsafeRawBufferPointer) {
        output.append(littleEndian: Int32(truncatingIfNeeded: binary.count))
        output.append(0)
        output.append(binary)
    }

    /// Adds the bytes of a document after its name.
    mutating func value(document: UnsafeRawBufferPointer) { output.append(document) }
}

/// Whole elements.
extension BSONWriter {
    mutating func append(_ value: Int64, _ name: StaticString) {
        self.name(.int64, name)
        self.value(value)
    }

    mutating func append(_ text: String, _ name: StaticString) {
        self.name(.string, name)
        var text = text
        text.withUTF8 { value(text: UnsafeRawBufferPointer($0)) }
    }

    mutating func append(binary: [UInt8], _ name: StaticString) {
        self.name(.binary, name)
        binary.withUnsafeBytes { value(binary: $0) }
    }

    mutating func append(document: UnsafeRawBufferPointer, _ name: StaticString) {
        self.name(.document, name)
        value(document: document)
    }
}
