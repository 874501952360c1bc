import Domain
import Glibc

/// The files that an encrypted connection needs. libmongoc only writes into its log that it cannot read one, and goes on
/// without it.
struct TLSFiles: Sendable, Equatable {
    /// The certificates that are trusted.
    var authority: String?
    /// The client's own certificate with its key.
    var certificateAndKey: String?

    /// The files that the parameters of a URL name.
    init(_ parameters: [MongoURLParts.Parameter]) {
        func path(_ names: String...) -> String? {
            let parameter = parameters.last { names.contains($0.name.lowercased()) }
            return parameter.flatMap { PercentEncoding.text(of: $0.value) }
        }
        authority = path("tlscafile", "sslcertificateauthorityfile")
        certificateAndKey = path("tlscertificatekeyfile", "sslclientcertificatekeyfile")
    }

    /// Checks that the files can be read and contain what they should.
    ///
    /// - Throws: `MongoError` with the problem `.encryption`.
    func check() throws(MongoError) {
        if let authority {
            try Self.check(
                authority, "tlsCAFile", has: ["CERTIFICATE"],
                hint: "Name a file in PEM form with the certificate that signs those of the servers.")
        }
        if let certificateAndKey {
            try Self.check(
                certificateAndKey, "tlsCertificateKeyFile", has: ["CERTIFICATE", "PRIVATE KEY"],
                hint: "Name a file in PEM form with the client's certificate and its private key, one after the other.")
        }
    }

    private static func check(
        _ path: String, _ parameter: String, has parts: [String], hint: String
    ) throws(MongoError) {
        guard let text = content(path) else {
            let reason = String(cString: strerror(errno))
            throw MongoError(.encryption, "cannot read \(path), the file of \(parameter): \(reason)", hint: hint)
        }
        for part in parts where text.firstRange(of: "\(part)-----") == nil {
            throw MongoError(
                .encryption, "\(path), the file of \(parameter), has no \(part.lowercased()) in PEM form", hint: hint)
        }
    }

    /// The text of a file; nil, with `errno`, when it cannot be read.
    private static func content(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer {
            let code = errno
            close(file)
            errno = code
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count < 16 << 20 {
            let count = read(file, &buffer, buffer.count)
            guard count >= 0 else { return nil }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
