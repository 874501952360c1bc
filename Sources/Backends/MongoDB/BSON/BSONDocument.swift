import CMongo

/// Owns a `bson_t`, which libmongoc's functions take. Swift sees only a pointer to it: the alignment of 128 bytes that
/// `bson_t` and `bson_iter_t` are declared with is more than Swift keeps.
///
///     let filter = BSONDocument()
///     bson_append_int64(filter.pointer, "_id", 3, 603)
///
/// It has to be in a variable while its pointer or its bytes are used: `BSONDocument().pointer` is no longer valid when it
/// is passed on.
final class BSONDocument {
    /// The document; valid as long as this object exists.
    let pointer: OpaquePointer

    /// An empty document.
    init() { pointer = bson_new() }

    /// A copy of a document's bytes; nil when they are no document by their length and their last byte. What is between
    /// is not checked.
    init?(copying bytes: UnsafeRawBufferPointer) {
        guard let pointer = bson_new_from_data(bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count) else {
            return nil
        }
        self.pointer = pointer
    }

    deinit { bson_destroy(pointer) }

    /// Its size in bytes.
    var count: Int { bytes.count }

    /// Its bytes; valid as long as this object exists and is not changed.
    var bytes: UnsafeRawBufferPointer { BSONDocument.bytes(pointer) }

    /// The bytes of a document, such as one that a cursor gives.
    static func bytes(_ document: OpaquePointer) -> UnsafeRawBufferPointer {
        guard let start = bson_get_data(document) else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        // A document begins with its length.
        let length = Int32(littleEndian: UnsafeRawPointer(start).loadUnaligned(as: Int32.self))
        return UnsafeRawBufferPointer(start: start, count: Int(length))
    }
}
