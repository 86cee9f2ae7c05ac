import RetryAsync
import Synchronization

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
#error("QuickStart needs the sockets of POSIX: run it on Linux or macOS.")
#endif

/// An error number of the system; the library has a table of their classes.
struct SocketError: POSIXErrnoError, CustomStringConvertible {
    let number: Int32

    /// Takes the number of the call that has just failed.
    init() { number = errno }

    var posixErrorNumber: Int32? { number }
    var description: String { String(cString: strerror(number)) }
}

/// A TCP socket of the loopback address, whose calls block; it is closed with its last reference.
final class Socket: Sendable {
    private let descriptor: Int32

    init() throws {
        #if canImport(Glibc)
        let type = Int32(SOCK_STREAM.rawValue)
        #else
        let type = SOCK_STREAM
        #endif
        descriptor = socket(AF_INET, type, 0)
        guard descriptor >= 0 else { throw SocketError() }
    }

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Ends the call that another thread is blocked in, and every later one.
    func interrupt() { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Listens on a free port, which it returns.
    func listen() throws -> UInt16 {
        try withAddress(port: 0) { try check(bind(descriptor, $0, $1)) }
        #if canImport(Darwin)
        try check(Darwin.listen(descriptor, 128))
        #elseif canImport(Glibc)
        try check(Glibc.listen(descriptor, 128))
        #elseif canImport(Musl)
        try check(Musl.listen(descriptor, 128))
        #endif
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                try check(getsockname(descriptor, $0, &size))
            }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    /// Waits for the next connection; `nil` when the socket is interrupted.
    func accept() -> Socket? {
        #if canImport(Darwin)
        let connection = Darwin.accept(descriptor, nil, nil)
        #elseif canImport(Glibc)
        let connection = Glibc.accept(descriptor, nil, nil)
        #elseif canImport(Musl)
        let connection = Musl.accept(descriptor, nil, nil)
        #endif
        return connection < 0 ? nil : Socket(connection)
    }

    func connect(to port: UInt16) throws {
        #if canImport(Darwin)
        try withAddress(port: port) { try check(Darwin.connect(descriptor, $0, $1)) }
        #elseif canImport(Glibc)
        try withAddress(port: port) { try check(Glibc.connect(descriptor, $0, $1)) }
        #elseif canImport(Musl)
        try withAddress(port: port) { try check(Musl.connect(descriptor, $0, $1)) }
        #endif
    }

    func write(_ text: String) throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, 0) }
            guard count > 0 else { throw SocketError() }
            rest = rest.dropFirst(count)
        }
    }

    /// Returns the bytes that arrive next; none at the end of the connection.
    func read() throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
        guard count >= 0 else { throw SocketError() }
        return Array(buffer.prefix(count))
    }

    func readToEnd() throws -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let bytes = try read()
            if bytes.isEmpty { return all }
            all += bytes
        }
    }

    private func check(_ result: Int32) throws {
        guard result == 0 else { throw SocketError() }
    }

    /// Calls `body` with the loopback address and this port.
    private func withAddress(port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Void) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        try withUnsafePointer(to: address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                try body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
