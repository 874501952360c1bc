import Foundation

/// A TCP proxy between a program and its server, which can do to a connection what a network does.
///
/// ```
/// let proxy = try TCPProxy(to: server.port)
/// // … connect to proxy.port …
/// proxy.behaviour = .mute      // bytes are taken and go nowhere, connections stay open
/// proxy.cut()                  // all connections end
/// ```
public final class TCPProxy: @unchecked Sendable {
    // Sendable because the lock guards what changes.

    /// What is done with bytes.
    public enum Behaviour: Sendable, Equatable {
        /// They go through.
        case forward
        /// They go through after a time, each piece.
        case delay(milliseconds: UInt32)
        /// They are taken and go nowhere, in both directions; new connections are let in.
        case mute
        /// Only what the server says goes nowhere, such as its answer to a COMMIT.
        case muteAnswers
    }

    /// The port that it listens on, on 127.0.0.1.
    public let port: Int
    private let target: Int
    private let listener: Int32
    private let lock = NSLock()
    private var current = Behaviour.forward
    private var sockets: Set<Int32> = []
    private var isOver = false
    private var forwarded = 0
    private var cutAfter: Int?

    /// Starts a proxy to a port of 127.0.0.1.
    public init(to target: Int) throws {
        self.target = target
        (listener, port) = try LoopbackSocket.listening()
        // The threads hold no reference, so that the proxy goes with its last user.
        let listener = listener
        Thread.detachNewThread { [weak self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                _ = fcntl(client, F_SETFD, FD_CLOEXEC)
                guard let self else {
                    close(client)
                    return
                }
                self.serve(client)
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// What is done with bytes from now on.
    public var behaviour: Behaviour {
        get { lock.withLock { current } }
        set { lock.withLock { current = newValue } }
    }

    /// Bytes that went from clients to the server so far.
    public var forwardedBytes: Int { lock.withLock { forwarded } }

    /// Ends all connections when so many more bytes have gone to the server.
    public func cut(afterBytes count: Int) { lock.withLock { cutAfter = forwarded + count } }

    /// Ends all connections that are open. New ones are let in.
    public func cut() {
        lock.withLock { for socket in sockets { shutdown(socket, Int32(SHUT_RDWR)) } }
    }

    /// Ends all connections, and lets no new one in.
    public func stop() {
        lock.withLock { isOver = true }
        cut()
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func serve(_ client: Int32) {
        guard !lock.withLock({ isOver }), let server = try? LoopbackSocket.connected(to: target) else {
            close(client)
            return
        }
        lock.withLock { sockets.formUnion([client, server]) }
        let ends = DispatchGroup()
        for (from, to, isAnswer) in [(client, server, false), (server, client, true)] {
            ends.enter()
            Thread.detachNewThread {
                self.pass(from: from, to: to, isAnswer: isAnswer)
                // The other direction ends too.
                shutdown(from, Int32(SHUT_RDWR))
                shutdown(to, Int32(SHUT_RDWR))
                ends.leave()
            }
        }
        Thread.detachNewThread {
            ends.wait()
            self.lock.withLock { self.sockets.subtract([client, server]) }
            close(client)
            close(server)
        }
    }

    private func pass(from: Int32, to: Int32, isAnswer: Bool) {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(from, &buffer, buffer.count)
            guard count > 0 else { return }
            switch behaviour {
            case .mute: continue
            case .muteAnswers where isAnswer: continue
            case .delay(let milliseconds): usleep(milliseconds * 1000)
            case .forward, .muteAnswers: break
            }
            var sent = 0
            while sent < count {
                let written = buffer[sent..<count].withUnsafeBytes {
                    send(to, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard written > 0 else { return }
                sent += written
            }
            guard !isAnswer else { continue }
            let isCut = lock.withLock { () -> Bool in
                forwarded += count
                guard let limit = cutAfter, forwarded >= limit else { return false }
                cutAfter = nil
                return true
            }
            if isCut { cut() }
        }
    }
}
