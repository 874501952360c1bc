import CCurl

/// Many transfers at a time, on one thread, by libcurl's multi interface.
///
///     let engine = try TransferEngine(settings)
///     try engine.begin(request, number: 7)
///     for (number, result) in try engine.finished(waiting: 100) { … }   // 7
final class TransferEngine {
    private let multi: UnsafeMutableRawPointer
    private let settings: TransferSettings
    /// The transfers that are under way, by their handles.
    private var underWay: [UnsafeMutableRawPointer: EasyHandle] = [:]
    private var idle: [EasyHandle] = []

    init(_ settings: TransferSettings) throws(TMDBError) {
        guard CurlLibrary.begun, let multi = curl_multi_init() else { throw .library("it cannot be begun") }
        self.multi = multi
        self.settings = settings
        set(CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
        set(CURLMOPT_MAX_TOTAL_CONNECTIONS, settings.connections)
        set(CURLMOPT_MAXCONNECTS, settings.connections)
        set(CURLMOPT_MAX_CONCURRENT_STREAMS, settings.streamsOfAConnection)
    }

    deinit {
        close()
        curl_multi_cleanup(multi)
    }

    private func set(_ option: CURLMoption, _ value: Int) { _ = reelhouse_curl_multi_set_long(multi, option, value) }

    /// Begins a transfer.
    func begin(_ request: TransferRequest, number: Int) throws(TMDBError) {
        let handle: EasyHandle
        if let waiting = idle.popLast() { handle = waiting } else { handle = try EasyHandle(settings) }
        handle.prepare(request, number: number)
        let status = curl_multi_add_handle(multi, handle.pointer)
        guard status == CURLM_OK else { throw .library(String(cString: curl_multi_strerror(status))) }
        underWay[handle.pointer] = handle
    }

    /// The transfers that have ended. Waits for something to happen for at most some milliseconds.
    func finished(waiting milliseconds: Int) throws(TMDBError) -> [(number: Int, result: TransferResult)] {
        var results = try perform()
        if results.isEmpty, milliseconds > 0 {
            let status = curl_multi_poll(multi, nil, 0, Int32(milliseconds), nil)
            guard status == CURLM_OK else { throw .library(String(cString: curl_multi_strerror(status))) }
            results = try perform()
        }
        return results
    }

    private func perform() throws(TMDBError) -> [(number: Int, result: TransferResult)] {
        var running: Int32 = 0
        let status = curl_multi_perform(multi, &running)
        guard status == CURLM_OK else { throw .library(String(cString: curl_multi_strerror(status))) }
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
