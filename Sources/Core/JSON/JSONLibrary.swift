import CSimdJSON

/// The library that parses JSON.
public enum JSONLibrary {
    /// simdjson's version, and the instruction set that it chose for this processor.
    public static var simdjson: (version: String, kernel: String) {
        (String(cString: rh_json_library_version()), String(cString: rh_json_library_kernel()))
    }
}
