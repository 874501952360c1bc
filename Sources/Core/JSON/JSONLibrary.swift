import CSimdJSON

/// Names the library that parses JSON, for `doctor`.
public enum JSONLibrary {
    /// The version of simdjson, and the instruction set that it uses on this processor.
    public static var simdjson: (version: String, kernel: String) {
        (String(cString: rh_json_library_version()), String(cString: rh_json_library_kernel()))
    }
}
