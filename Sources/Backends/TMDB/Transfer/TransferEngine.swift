import CCurl

/// Many transfers at a time, on one thread, by libcurl's multi interface. libcurl says which sockets it waits for, and is
/// called for those where something happened (https://curl.se/libcurl/c/curl_multi_socket_action.html).
///
///     let engine = try TransferEngine(settings)
///     try engine.begin(request, number: 7)
///     for (number, result) in try engine.finished(waiting: 100) { … }   // 7
final class TransferEngine {
    private let multi: UnsafeMutableRawPointer
    private let settings: TransferSettings
    /// libcurl has its address. It lives as long as `multi`.
    private let waiter: SocketWaiter
    /// The transfers that are under way, by their handles.
    private var underWay: [UnsafeMutableRawPointer: EasyHandle] = [:]
    private var idle: [EasyHandle] = []

    init(_ settings: TransferSettings) throws(TMDBError) {
        waiter = try SocketWaiter()
        guard CurlLibrary.begun, let multi = curl_multi_init() else { throw .library("it cannot be begun") }
        self.multi = multi
        self.settings = settings
        try set(CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
        try set(CURLMOPT_MAX_TOTAL_CONNECTIONS, settings.connections)
        try set(CURLMOPT_MAXCONNECTS, settings.connections)
        try set(CURLMOPT_MAX_CONCURRENT_STREAMS, settings.streamsOfAConnection)
        let status = reelhouse_curl_multi_set_callbacks(
            multi,
            { _, socket, what, receiver, _ in
                guard let receiver else { return 0 }
                Unmanaged<SocketWaiter>.fromOpaque(receiver).takeUnretainedValue().watch(socket, for: what)
                return 0
            },
            { _, milliseconds, receiver in
                guard let receiver else { return 0 }
                Unmanaged<SocketWaiter>.fromOpaque(receiver).takeUnretainedValue().setTimer(milliseconds: milliseconds)
                return 0
            }, Unmanaged.passUnretained(waiter).toOpaque())
        try check(status)
    }

    deinit {
        close()
        curl_multi_cleanup(multi)
    }

    private func set(_ option: CURLMoption, _ value: Int) throws(TMDBError) {
        try check(reelhouse_curl_multi_set_long(multi, option, value))
    }

    private func check(_ status: CURLMcode) throws(TMDBError) {
        guard status == CURLM_OK else { throw .library(String(cString: curl_multi_strerror(status))) }
    }

    /// Begins a transfer.
    func begin(_ request: TransferRequest, number: Int) throws(TMDBError) {
        let handle: EasyHandle
        if let waiting = idle.popLast() { handle = waiting } else { handle = try EasyHandle(settings) }
        try handle.prepare(request, number: number)
        try check(curl_multi_add_handle(multi, handle.pointer))
        underWay[handle.pointer] = handle
    }

    /// The transfers that have ended. Waits for something to happen for at most some milliseconds.
    func finished(waiting milliseconds: Int) throws(TMDBError) -> [(number: Int, result: TransferResult)] {
        // What was begun is sent first.
        try callForTimer()
        let results = ended()
        if !results.isEmpty { return results }
        for event in waiter.wait(milliseconds: milliseconds) {
            var running: Int32 = 0
            try check(curl_multi_socket_action(multi, event.socket, event.action, &running))
        }
        try callForTimer()
        return ended()
    }

    private func callForTimer() throws(TMDBError) {
        guard waiter.takeTimer() else { return }
        var running: Int32 = 0
        // CURL_SOCKET_TIMEOUT, a macro: no socket.
        try check(curl_multi_socket_action(multi, -1, 0, &running))
    }

    private func ended() -> [(number: Int, result: TransferResult)] {
        var results: [(number: Int, result: TransferResult)] = []
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let pointer = message.pointee.easy_handle,
                let handle = underWay.removeValue(forKey: pointer)
            else { continue }
            results.append((handle.number, handle.result(message.pointee.data.result)))
            curl_multi_remove_handle(multi, pointer)
            idle.append(handle)
        }
        return results
    }

    /// Gives up what is under way.
    func close() {
        for (pointer, _) in underWay { curl_multi_remove_handle(multi, pointer) }
        underWay = [:]
        idle = []
    }
}
