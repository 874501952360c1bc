import CCrypto

/// HMAC-SHA256 (RFC 2104) by OpenSSL's libcrypto: a hash that nobody can compute without the key.
///
///     let hash = KeyedHash(key: key)
///     let pseudonym = hash.of(bytes)
public final class KeyedHash {
    private let context: OpaquePointer

    /// A hash with a key.
    public init(key: [UInt8]) {
        let algorithm = EVP_MAC_fetch(nil, "HMAC", nil)
        defer { EVP_MAC_free(algorithm) }
        guard let context = EVP_MAC_CTX_new(algorithm) else {
            preconditionFailure("libcrypto has no HMAC, or no memory")
        }
        self.context = context
        var digest = Array("SHA256".utf8CString)
        let status = digest.withUnsafeMutableBufferPointer { name in
            let parameters = [
                OSSL_PARAM_construct_utf8_string("digest", name.baseAddress, 0), OSSL_PARAM_construct_end(),
            ]
            return EVP_MAC_init(context, key, key.count, parameters)
        }
        precondition(status == 1, "libcrypto has no HMAC with SHA-256")
    }

    deinit { EVP_MAC_CTX_free(context) }

    /// The 32 bytes of the hash.
    public func of(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: 32)
        var size = 0
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        // Without a key, the one of the initialiser counts again.
        let status =
            EVP_MAC_init(context, nil, 0, nil) & EVP_MAC_update(context, start, bytes.count)
            & EVP_MAC_final(context, &output, &size, output.count)
        precondition(status == 1 && size == 32, "libcrypto could not compute an HMAC")
        return output
    }
}
