import CMongo
import Dispatch
import Synchronization

/// Owns a `mongoc_client_pool_t`. Its threads watch the servers.
final class MongoPool: @unchecked Sendable {
    // Sendable because the pointer never changes, and the pool's functions may be called by any thread
    // (https://mongoc.org/libmongoc/1.23.1/mongoc_client_pool_t.html).

    /// The pool, for functions of libmongoc.
    let pointer: OpaquePointer
    /// What the pool's threads get.
    private let context: Unmanaged<PoolContext>

    /// Makes a pool. It asks a name server about a `mongodb+srv` URL.
    ///
    /// - Throws: `MongoError`.
    init(_ uri: MongoURI, _ watch: ServerWatch) throws(MongoError) {
        var error = bson_error_t()
        guard let pointer = mongoc_client_pool_new_with_error(uri.pointer, &error) else {
            var failure = MongoError(error)
            if failure.problem == .other { failure.problem = .unknownHost }
            throw failure
        }
        self.pointer = pointer
        context = Unmanaged.passRetained(PoolContext(watch: watch, isEncrypted: uri.isEncrypted))
        guard mongoc_client_pool_set_error_api(pointer, MONGOC_ERROR_API_VERSION_2),
            let callbacks = mongoc_apm_callbacks_new()
        else { throw MongoError(.other, "libmongoc makes no pool of clients") }
        defer { mongoc_apm_callbacks_destroy(callbacks) }
        mongoc_apm_set_server_heartbeat_failed_cb(callbacks) { event in
            guard let event, let context = mongoc_apm_server_heartbeat_failed_get_context(event) else { return }
            var error = bson_error_t()
            mongoc_apm_server_heartbeat_failed_get_error(event, &error)
            let pool = Unmanaged<PoolContext>.fromOpaque(context).takeUnretainedValue()
            pool.watch.failed(error, isEncrypted: pool.isEncrypted)
        }
        mongoc_apm_set_server_heartbeat_succeeded_cb(callbacks) { event in
            guard let event, let context = mongoc_apm_server_heartbeat_succeeded_get_context(event) else { return }
            Unmanaged<PoolContext>.fromOpaque(context).takeUnretainedValue().watch.succeeded()
        }
        guard mongoc_client_pool_set_apm_callbacks(pointer, callbacks, context.toOpaque()) else {
            throw MongoError(.other, "libmongoc does not say what it finds out of servers")
        }
    }

    deinit {
        // The end of a pool tells the servers of it, which takes time when they do not answer; then it goes on in the
        // background. Its threads have ended with it, and need the context no more.
        let (pointer, context) = (Handover(pointer), context)
        let isClosed = DispatchSemaphore(value: 0)
        DispatchQueue(label: "reelhouse.mongodb.close").async {
            mongoc_client_pool_destroy(pointer.value)
            context.release()
            isClosed.signal()
        }
        _ = isClosed.wait(timeout: .now() + MongoPool.secondsToClose)
    }

    /// How long the end of this object waits for that of the pool.
    private static let secondsToClose = 3.0
}

/// What the threads of a pool get.
private final class PoolContext: Sendable {
    let watch: ServerWatch
    let isEncrypted: Bool

    init(watch: ServerWatch, isEncrypted: Bool) {
        self.watch = watch
        self.isEncrypted = isEncrypted
    }
}

/// Makes a pool when it is needed, in the thread that needs it.
final class PoolHolder: @unchecked Sendable {
    // Sendable because the URL is used under the lock alone.

    /// What the pool's threads have found out.
    let watch = ServerWatch()
    private let uri: MongoURI
    private let made = Mutex<MongoPool?>(nil)

    /// A pool for a URL.
    init(_ uri: MongoURI) { self.uri = uri }

    /// The pool.
    ///
    /// - Throws: `MongoError` when it cannot be made.
    func pool() throws(MongoError) -> MongoPool {
        let result = made.withLock { pool -> Result<MongoPool, MongoError> in
            if let pool { return .success(pool) }
            do throws(MongoError) {
                let new = try MongoPool(uri, watch)
                pool = new
                return .success(new)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}

/// Owns a `mongoc_client_t` of a pool, and gives it back. Used by one thread at a time.
final class PooledClient {
    /// The client, for functions of libmongoc.
    let pointer: OpaquePointer
    private let pool: MongoPool

    /// Takes a client.
    ///
    /// - Throws: `MongoError` when the pool has none.
    init(_ pool: MongoPool) throws(MongoError) {
        guard let pointer = mongoc_client_pool_pop(pool.pointer) else {
            throw MongoError(.other, "the pool of libmongoc has no client left")
        }
        self.pointer = pointer
        self.pool = pool
    }

    deinit { mongoc_client_pool_push(pool.pointer, pointer) }
}
