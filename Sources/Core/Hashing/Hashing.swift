import CCrypto
import CXXHash

/// SHA-256, SHA-1 (for UUIDv5 alone) by OpenSSL's libcrypto.
public enum Digest {
    /// The 32 bytes of SHA-256 (FIPS 180-4).
    public static func sha256(_ bytes: UnsafeRawBufferPointer) -> [UInt8] { digest(bytes, EVP_sha256(), 32) }

    /// The 20 bytes of SHA-1, which RFC 9562 asks for in a UUIDv5.
    public static func sha1(_ bytes: UnsafeRawBufferPointer) -> [UInt8] { digest(bytes, EVP_sha1(), 20) }

    private static func digest(_ bytes: UnsafeRawBufferPointer, _ algorithm: OpaquePointer?, _ size: Int) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: size)
        let status = EVP_Digest(bytes.baseAddress, bytes.count, &output, nil, algorithm, nil)
        precondition(status == 1, "libcrypto has no SHA-1 or SHA-256, or no memory")
        return output
    }
}

/// SHA-256 of bytes that come in pieces.
public final class StreamingSHA256 {
    private let context: OpaquePointer

    /// A digest of nothing yet.
    public init() {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            preconditionFailure("libcrypto has no SHA-256, or no memory")
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Takes in the next piece.
    public func update(_ bytes: UnsafeRawBufferPointer) {
        let status = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        precondition(status == 1, "libcrypto could not go on with SHA-256")
    }

    /// Another digest of the bytes that this one has taken in; each goes on by itself.
    public func copy() -> StreamingSHA256 {
        let other = StreamingSHA256()
        let status = EVP_MD_CTX_copy_ex(other.context, context)
        precondition(status == 1, "libcrypto could not copy SHA-256")
        return other
    }

    /// The 32 bytes of what was taken in so far; more may follow.
    public var current: [UInt8] { copy().finish() }

    /// The 32 bytes; to be called once.
    public func finish() -> [UInt8] {
        var output = [UInt8](repeating: 0, count: 32)
        let status = EVP_DigestFinal_ex(context, &output, nil)
        precondition(status == 1, "libcrypto could not finish SHA-256")
        return output
    }
}

/// XXH3 by libxxhash: fast, not for secrets.
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
