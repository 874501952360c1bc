import CSimdJSON

/// Checks text.
public enum UTF8Text {
    /// Whether the bytes are valid UTF-8.
    public static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let start = bytes.baseAddress else { return true }
        return rh_json_valid_utf8(start.assumingMemoryBound(to: UInt8.self), bytes.count)
    }
}
