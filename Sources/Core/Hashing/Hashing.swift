import CCrypto
import CXXHash

/// Hashes bytes with SHA-256, or with SHA-1 (for UUIDv5 alone), by OpenSSL's libcrypto.
public enum Digest {
    /// The 32 bytes of SHA-256 (FIPS 180-4).
    public static func sha256(_ bytes: UnsafeRawBufferPointer) -> [UInt8] { digest(bytes, EVP_sha256(), 32) }

    /// The 20 bytes of SHA-1, which RFC 9562 prescribes for UUIDv5.
    public static func sha1(_ bytes: UnsafeRawBufferPointer) -> [UInt8] { digest(bytes, EVP_sha1(), 20) }

    private static func digest(_ bytes: UnsafeRawBufferPointer, _ algorithm: OpaquePointer?, _ size: Int) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: size)
        let status = EVP_Digest(bytes.baseAddress, bytes.count, &output, nil, algorithm, nil)
        precondition(status == 1, "libcrypto has no SHA-1 or SHA-256, or no memory")
        return output
    }
}

/// Hashes bytes that come in pieces with SHA-256.
///
///     let hash = StreamingSHA256()
///     hash.update(first)
///     hash.update(second)
///     let digest = hash.finish()
public final class StreamingSHA256 {
    private let context: OpaquePointer

    /// Creates a hash of no bytes yet.
    public init() {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            preconditionFailure("libcrypto has no SHA-256, or no memory")
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Adds the next piece.
    public func update(_ bytes: UnsafeRawBufferPointer) {
        let status = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        precondition(status == 1, "libcrypto could not go on with SHA-256")
    }

    /// A second hash of the bytes that were added so far. Further bytes are added to each separately.
    public func copy() -> StreamingSHA256 {
        let other = StreamingSHA256()
        let status = EVP_MD_CTX_copy_ex(other.context, context)
        precondition(status == 1, "libcrypto could not copy SHA-256")
        return other
    }

    /// The 32 bytes of the hash of what was added so far; more may be added afterwards.
    public var current: [UInt8] { copy().finish() }

    /// The 32 bytes of the hash. Called once, after the last piece.
    public func finish() -> [UInt8] {
        var output = [UInt8](repeating: 0, count: 32)
        let status = EVP_DigestFinal_ex(context, &output, nil)
        precondition(status == 1, "libcrypto could not finish SHA-256")
        return output
    }
}

/// Hashes bytes with XXH3, by libxxhash. It is fast and gives no security.
public enum XXH3 {
    /// The 64-bit hash.
    @inline(__always)
    public static func hash64(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
        XXH3_64bits_withSeed(bytes.baseAddress, bytes.count, seed)
    }

    /// The 128-bit hash.
    public static func hash128(_ bytes: UnsafeRawBufferPointer) -> UInt128 {
        let hash = XXH3_128bits(bytes.baseAddress, bytes.count)
        return UInt128(hash.high64) << 64 | UInt128(hash.low64)
    }
}

extension Collection where Element == UInt8 {
    /// The bytes in lower-case hexadecimal.
    public var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(count * 2)
        for byte in self {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
