import Domain
import Glibc
import Hashing
import JSON

/// The checks of `doctor` for the libraries and for temporary files.
enum InstallationChecks {
    static func findings(temporaryFolder: String) -> [Finding] {
        let others = [
            .ok("simdjson", "\(JSONLibrary.simdjson.version), for \(JSONLibrary.simdjson.kernel)"),
            .ok("xxhash", HashingLibraries.xxHash), crypto, json, temporary(temporaryFolder),
        ]
        return (libraries + others).map { $0.about(.installation) }
    }

    /// The libraries of all backends, each once.
    private static var libraries: [Finding] {
        var findings: [Finding] = []
        for finding in BackendRegistry.all.flatMap({ $0.libraries() })
        where !findings.contains(where: { $0.subject == finding.subject }) {
            findings.append(finding)
        }
        return findings
    }

    /// Checks SHA-256 with the example of FIPS 180-4.
    private static var crypto: Finding {
        let hash = Array("abc".utf8).withUnsafeBytes { Digest.sha256($0) }
        let isRight = hash.prefix(4) == [0xba, 0x78, 0x16, 0xbf]
        return isRight
            ? .ok("libcrypto", HashingLibraries.crypto)
            : .fail("libcrypto", "\(HashingLibraries.crypto) computes a wrong SHA-256", "Install libssl3 again.")
    }

    private static var json: Finding {
        let remedy = "Install libsimdjson14 again (`make deps`), and build the program anew."
        let written = JSONText.object([("text", .string("é \u{1f3ac} \"")), ("number", .double(0.1))]).compact
        let line = Array(written.utf8) + [UInt8](repeating: 0, count: JSONParser.padding)
        do {
            let parser = try JSONParser(keys: ["text", "number"], keepsUnknown: false)
            let isRight = try line.withUnsafeBytes { bytes in
                let object = try parser.parse(UnsafeRawBufferPointer(rebasing: bytes.prefix(written.utf8.count)))
                guard let text = object.member(0), let number = object.member(1) else { return false }
                return String(decoding: text.bytes, as: UTF8.self) == "é \u{1f3ac} \""
                    && JSONNumber.double(number.bytes) == 0.1
            }
            return isRight
                ? .ok("JSON", "what is written is read back as it was")
                : .fail("JSON", "what is written is read back as something else", remedy)
        } catch {
            return .fail("JSON", "what is written cannot be read: \(Failure(error).report.message)", remedy)
        }
    }

    /// Checks that files can be written in the folder for temporary files, where SQLite sorts large results.
    private static func temporary(_ folder: String) -> Finding {
        let subject = "temporary files"
        let remedy = "Free some space there, or set TMPDIR to a folder that you may write to."
        var template = Array("\(folder)/reelhouse-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else {
            return .fail(subject, "cannot be made in \(folder): \(String(cString: strerror(errno)))", remedy)
        }
        defer {
            close(descriptor)
            unlink(template)
        }
        let bytes = [UInt8](repeating: 7, count: 64 << 10)
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            return .fail(subject, "cannot be written in \(folder): \(String(cString: strerror(errno)))", remedy)
        }
        return .ok(subject, "can be written in \(folder)")
    }
}
