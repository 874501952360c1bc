import CCurl

/// One transfer of libcurl, used for a request after the other. Its memory is freed with this object, which must not be in a
/// `TransferEngine` then.
final class EasyHandle {
    let pointer: UnsafeMutableRawPointer
    private let words: UnsafeMutablePointer<CChar>
    private var headers: UnsafeMutablePointer<curl_slist>?
    private let resolved: UnsafeMutablePointer<curl_slist>?
    private var body: [UInt8] = []
    private var mostBytes = 0
    private var isTooLong = false
    /// The first error of an option.
    private var optionError = CURLE_OK

    /// Which request the handle is used for.
    var number = 0

    init(_ settings: TransferSettings) throws(TMDBError) {
        guard CurlLibrary.begun, let pointer = curl_easy_init() else { throw .library("it cannot be begun") }
        self.pointer = pointer
        words = .allocate(capacity: Int(CURL_ERROR_SIZE))
        words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        resolved = settings.resolved.reduce(nil) { curl_slist_append($0, $1) }
        configure(settings)
    }

    deinit {
        curl_easy_cleanup(pointer)
        curl_slist_free_all(headers)
        curl_slist_free_all(resolved)
        words.deallocate()
    }

    private func configure(_ settings: TransferSettings) {
        set(CURLOPT_NOSIGNAL, 1)
        text(CURLOPT_PROTOCOLS_STR, "http,https")
        // A redirect is an answer that is told, and nothing that the key goes along.
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_UNRESTRICTED_AUTH, 0)
        set(CURLOPT_HEADEROPT, 1)
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        // A libcurl without HTTP/2 refuses this, and goes on with HTTP/1.1.
        _ = reelhouse_curl_set_long(pointer, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        set(CURLOPT_PIPEWAIT, 1)
        set(CURLOPT_CONNECTTIMEOUT, settings.connectSeconds)
        set(CURLOPT_LOW_SPEED_LIMIT, 64)
        set(CURLOPT_LOW_SPEED_TIME, settings.silentSeconds)
        set(CURLOPT_TIMEOUT, settings.totalSeconds)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        // All encodings that libcurl has; the body is given decoded.
        text(CURLOPT_ACCEPT_ENCODING, "")
        text(CURLOPT_USERAGENT, settings.userAgent)
        if settings.isIPv4Only { set(CURLOPT_IPRESOLVE, Int(CURL_IPRESOLVE_V4)) }
        if let file = settings.authorityFile { text(CURLOPT_CAINFO, file) }
        if let resolved { note(reelhouse_curl_set_list(pointer, CURLOPT_RESOLVE, resolved)) }
        note(reelhouse_curl_set_pointer(pointer, CURLOPT_ERRORBUFFER, words))
        let status = reelhouse_curl_set_writer(pointer) { bytes, size, count, receiver in
            guard let receiver, let bytes else { return 0 }
            let handle = Unmanaged<EasyHandle>.fromOpaque(receiver).takeUnretainedValue()
            return handle.take(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        note(status)
        note(reelhouse_curl_set_pointer(pointer, CURLOPT_WRITEDATA, Unmanaged.passUnretained(self).toOpaque()))
    }

    /// Prepares the next request.
    ///
    /// - Throws: `TMDBError.library` where libcurl does not take an option.
    func prepare(_ request: TransferRequest, number: Int) throws(TMDBError) {
        self.number = number
        (body, isTooLong, mostBytes) = ([], false, request.mostBytes)
        words[0] = 0
        text(CURLOPT_URL, request.url)
        let old = headers
        headers = request.headers.reduce(nil) { curl_slist_append($0, $1) }
        note(reelhouse_curl_set_list(pointer, CURLOPT_HTTPHEADER, headers))
        curl_slist_free_all(old)
        set(CURLOPT_FRESH_CONNECT, request.needsNewConnection ? 1 : 0)
        try checkOptions()
    }

    private func take(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard body.count + bytes.count <= mostBytes else {
            isTooLong = true
            return 0
        }
        body.append(contentsOf: bytes)
        return bytes.count
    }

    /// How the transfer ended.
    func result(_ code: CURLcode) -> TransferResult {
        let status = long(CURLINFO_RESPONSE_CODE)
        var result = TransferResult(end: isTooLong ? .tooLong : end(code, hasAnswer: status > 0))
        result.status = status
        result.isOnNewConnection = long(CURLINFO_NUM_CONNECTS) > 0
        if let ip = string(CURLINFO_PRIMARY_IP), !ip.isEmpty {
            result.address = "\(ip) port \(long(CURLINFO_PRIMARY_PORT))"
        }
        if code != CURLE_OK {
            let told = String(cString: words)
            result.words = "\(told.isEmpty ? CurlLibrary.words(code) : told) (curl's error \(code.rawValue))"
            body = []
            return result
        }
        var seconds: curl_off_t = 0
        if reelhouse_curl_get_offset(pointer, CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK, seconds > 0 {
            result.retryAfter = Double(seconds)
        }
        result.contentType = string(CURLINFO_CONTENT_TYPE) ?? ""
        result.redirect = string(CURLINFO_REDIRECT_URL)
        swap(&result.body, &body)
        return result
    }

    /// What an error means. A connection of HTTP/2 that ends under a stream gives also `CURLE_PARTIAL_FILE`.
    private func end(_ code: CURLcode, hasAnswer: Bool) -> TransferResult.End {
        switch code {
        case CURLE_OK: return .answered
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT: return .notConnected
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_CIPHER:
            return .notTrusted
        case CURLE_SSL_CONNECT_ERROR: return .notConnected
        case CURLE_OPERATION_TIMEDOUT: return hasAnswer ? .cutOff : hasConnected ? .silent : .notConnected
        case CURLE_PARTIAL_FILE where !hasAnswer || isOverHTTP2: return .closed
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_GOT_NOTHING: return .closed
        case CURLE_PARTIAL_FILE, CURLE_BAD_CONTENT_ENCODING, CURLE_WEIRD_SERVER_REPLY: return .cutOff
        default: return .impossible
        }
    }

    /// Whether the answer came over HTTP/2, where a server that gives up one answer says so for its stream alone
    /// (`CURLE_HTTP2_STREAM`).
    private var isOverHTTP2: Bool { long(CURLINFO_HTTP_VERSION) == Int(CURL_HTTP_VERSION_2_0) }

    /// Whether the request was sent on a connection.
    private var hasConnected: Bool {
        var microseconds: curl_off_t = 0
        let status = reelhouse_curl_get_offset(pointer, CURLINFO_PRETRANSFER_TIME_T, &microseconds)
        return status == CURLE_OK && microseconds > 0
    }

    // MARK: Options

    private func set(_ option: CURLoption, _ value: Int) { note(reelhouse_curl_set_long(pointer, option, value)) }

    /// libcurl copies the text.
    private func text(_ option: CURLoption, _ value: String) { note(reelhouse_curl_set_text(pointer, option, value)) }

    private func note(_ code: CURLcode) {
        if optionError == CURLE_OK { optionError = code }
    }

    /// Throws where libcurl did not take an option, so that no request is made without one that keeps the key safe.
    private func checkOptions() throws(TMDBError) {
        guard optionError != CURLE_OK else { return }
        throw .library("it does not take an option: \(CurlLibrary.words(optionError))")
    }

    private func long(_ info: CURLINFO) -> Int {
        var value = 0
        return reelhouse_curl_get_long(pointer, info, &value) == CURLE_OK ? value : 0
    }

    private func string(_ info: CURLINFO) -> String? {
        var value: UnsafeMutablePointer<CChar>?
        guard reelhouse_curl_get_text(pointer, info, &value) == CURLE_OK, let value else { return nil }
        return String(cString: value)
    }
}
