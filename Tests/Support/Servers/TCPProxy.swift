import Foundation

/// A TCP proxy between a program and its server, which can do to a connection what a network does.
///
/// ```
/// let proxy = try TCPProxy(to: server.port)
/// // … connect to proxy.port …
/// proxy.behaviour = .mute      // bytes are taken and go nowhere, connections stay open
/// proxy.cut()                  // all connections end
/// proxy.fail(.cutAnswer, atCommit: 3)
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
        /// What the server says waits until another behaviour is set.
        case holdAnswers
    }

    /// What is done at a COMMIT that a client sends.
    public enum CommitFault: Sendable, CaseIterable {
        /// The server does not get it: all connections end.
        case cutBefore
        /// The server answers it, and then all connections end before the client has the answer.
        case cutAnswer
        /// The server answers it, and the answer waits until another behaviour is set.
        case holdAnswer
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
    private var answered = 0
    private var cutAfterAnswers: Int?
    private var fault: (kind: CommitFault, commitsBefore: Int)?
    private var cutsAtAnswer = false
    private var held = 0

    /// Starts a proxy to a port of 127.0.0.1.
    ///
    /// - Parameter port: the port that it listens on; a free one unless given.
    public init(to target: Int, at port: Int = 0) throws {
        self.target = target
        (listener, self.port) = try LoopbackSocket.listening(port: port)
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

    /// Ends all connections when the server has said so many more bytes.
    public func cut(afterAnswers count: Int) { lock.withLock { cutAfterAnswers = answered + count } }

    /// Ends all connections that are open. New ones are let in.
    ///
    /// - Parameter byReset: whether both sides get a reset (RST) instead of an end.
    public func cut(byReset: Bool = false) {
        lock.withLock {
            for socket in sockets {
                if byReset { LoopbackSocket.reset(socket) } else { shutdown(socket, Int32(SHUT_RDWR)) }
            }
        }
    }

    /// Swallows the packets of all connections that are open, as a network that has failed without a word: nothing is
    /// acknowledged any more, in both directions. New connections are let in.
    public func swallowPackets() throws {
        try lock.withLock { for socket in sockets { try LoopbackSocket.swallowPackets(socket) } }
    }

    /// Does something at the COMMIT that comes when so many others have gone through, the first being number 1.
    public func fail(_ kind: CommitFault, atCommit number: Int) {
        lock.withLock { fault = (kind, number - 1) }
    }

    /// Whether a fault at a COMMIT is still to come.
    public var isFaultPending: Bool { lock.withLock { fault != nil } }

    /// Whether an answer is held back now.
    public var isHolding: Bool { lock.withLock { held > 0 } }

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
        for socket in [client, server] { LoopbackSocket.sendAtOnce(socket) }
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
            if !isAnswer, TCPProxy.hasCommit(buffer[..<count]), !isCommitPassedOn() { return cut() }
            switch behaviour {
            case .mute: continue
            case .muteAnswers where isAnswer: continue
            case .holdAnswers where isAnswer: waitForOtherBehaviour()
            case .delay(let milliseconds): usleep(milliseconds * 1000)
            case .forward, .muteAnswers, .holdAnswers: break
            }
            if isAnswer, lock.withLock({ exchange(&cutsAtAnswer, false) }) { return cut() }
            guard TCPProxy.sendAll(buffer[..<count], to: to) else { return }
            let isCut = lock.withLock { () -> Bool in
                if isAnswer {
                    answered += count
                    guard let limit = cutAfterAnswers, answered >= limit else { return false }
                    cutAfterAnswers = nil
                    return true
                }
                forwarded += count
                guard let limit = cutAfter, forwarded >= limit else { return false }
                cutAfter = nil
                return true
            }
            if isCut { cut() }
        }
    }

    private static func sendAll(_ bytes: ArraySlice<UInt8>, to socket: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard written > 0 else { return false }
            rest = rest.dropFirst(written)
        }
        return true
    }

    private func waitForOtherBehaviour() {
        lock.withLock { held += 1 }
        while behaviour == .holdAnswers { usleep(2000) }
        lock.withLock { held -= 1 }
    }

    // MARK: COMMIT

    /// The statement as the protocol's message Query ends with it. A client sends it when it has the answer to what was
    /// before, so that it comes in one piece.
    private static let commit = Array("COMMIT\0".utf8)

    private static func hasCommit(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.count >= commit.count && bytes.suffix(commit.count).elementsEqual(commit)
    }

    /// Sets in motion what is to be done at this COMMIT.
    ///
    /// - Returns: whether the server gets it.
    private func isCommitPassedOn() -> Bool {
        lock.withLock {
            guard let (kind, commitsBefore) = fault else { return true }
            guard commitsBefore == 0 else {
                fault = (kind, commitsBefore - 1)
                return true
            }
            fault = nil
            switch kind {
            case .cutBefore: return false
            case .cutAnswer: cutsAtAnswer = true
            case .holdAnswer: current = .holdAnswers
            }
            return true
        }
    }
}

private func exchange<Value>(_ place: inout Value, _ value: Value) -> Value {
    defer { place = value }
    return place
}
