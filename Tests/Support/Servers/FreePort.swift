import Foundation

/// Ports of the loopback address that nobody listens on.
public enum FreePort {
    /// One of them, as the system gives it.
    public static func find() throws -> Int {
        let (socket, port) = try LoopbackSocket.listening()
        close(socket)
        return port
    }

    /// The first of some consecutive ones, outside of the range that the system gives to outgoing connections.
    public static func find(inARow count: Int) throws -> Int {
        for _ in 0..<200 {
            let first = Int.random(in: 20_000..<32_000 - count)
            let sockets = (first..<first + count).map { try? LoopbackSocket.listening(port: $0).socket }
            for socket in sockets { if let socket { close(socket) } }
            if !sockets.contains(nil) { return first }
        }
        throw ServerFailure("there are no \(count) consecutive free ports")
    }
}

/// TCP sockets on 127.0.0.1.
enum LoopbackSocket {
    private static func address(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        return address
    }

    private static func make() throws -> Int32 {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw ServerFailure("no socket: errno \(errno)") }
        return socket
    }

    /// Sends small pieces at once, so that a proxy adds no time of its own.
    static func sendAtOnce(_ socket: Int32) {
        var isOn: Int32 = 1
        _ = setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Drops all packets that come to a connection from now on, so that it acknowledges none: by a filter that keeps 0
    /// bytes of each (https://man7.org/linux/man-pages/man7/socket.7.html, SO_ATTACH_FILTER).
    static func swallowPackets(_ socket: Int32) throws {
        // A `sock_filter`: BPF_RET | BPF_K, with the constant 0.
        var instruction: (code: UInt16, jt: UInt8, jf: UInt8, k: UInt32) = (0x06, 0, 0, 0)
        let status = withUnsafeMutablePointer(to: &instruction) { pointer in
            // A `sock_fprog`; a tuple is laid out as a struct of C.
            var program = (length: UInt16(1), filter: pointer)
            return withUnsafePointer(to: &program) {
                setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, $0, 16)
            }
        }
        guard status == 0 else { throw ServerFailure("cannot filter packets: errno \(errno)") }
    }

    /// One that listens on a port; 0 is a free one.
    static func listening(port: Int = 0) throws -> (socket: Int32, port: Int) {
        let socket = try make()
        if port != 0 {
            // Connections of who listened there before may still be in the state TIME_WAIT.
            var isOn: Int32 = 1
            _ = setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &isOn, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = address(port: port)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && listen(socket, 64) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        guard isBound else {
            close(socket)
            throw ServerFailure("no port to listen on: errno \(errno)")
        }
        return (socket, Int(in_port_t(bigEndian: address.sin_port)))
    }

    /// One that is connected to a port.
    static func connected(to port: Int) throws -> Int32 {
        let socket = try make()
        var address = address(port: port)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            close(socket)
            throw ServerFailure("cannot connect to port \(port): errno \(errno)")
        }
        return socket
    }

    /// Ends a connection with a reset: to disconnect a socket that is connected does so
    /// (https://man7.org/linux/man-pages/man2/connect.2.html, AF_UNSPEC).
    static func reset(_ socket: Int32) {
        var address = sockaddr()
        address.sa_family = sa_family_t(AF_UNSPEC)
        // A socket that is not connected any more needs no end.
        _ = connect(socket, &address, socklen_t(MemoryLayout<sockaddr>.size))
    }
}
