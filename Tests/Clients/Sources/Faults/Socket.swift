#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#else
#error("This file needs POSIX.")
#endif

/// A system call that failed where a test can't go on.
struct SocketError: Error {
    let call: String
    let number: Int32

    init(_ call: String) {
        self.call = call
        number = errno
    }
}

/// The calls of the system that the servers are made of; all addresses are on 127.0.0.1.
enum Socket {
    static func make() throws -> Int32 {
        #if canImport(Glibc) || canImport(Musl)
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
        let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        guard descriptor >= 0 else { throw SocketError("socket") }
        #if canImport(Darwin)
        set(descriptor, SO_NOSIGPIPE, Int32(1))
        #endif
        return descriptor
    }

    /// Makes a socket that has a port: a free one if 0.
    static func bound(to port: Int = 0) throws -> Int32 {
        let descriptor = try make()
        set(descriptor, SO_REUSEADDR, Int32(1))
        let result = withAddress(port) { bind(descriptor, $0, $1) }
        guard result == 0 else {
            _ = close(descriptor)
            throw SocketError("bind")
        }
        return descriptor
    }

    static func listen(_ descriptor: Int32, backlog: Int32) throws {
        #if canImport(Darwin)
        let result = Darwin.listen(descriptor, backlog)
        #elseif canImport(Glibc)
        let result = Glibc.listen(descriptor, backlog)
        #else
        let result = Musl.listen(descriptor, backlog)
        #endif
        guard result == 0 else { throw SocketError("listen") }
    }

    static func port(of descriptor: Int32) throws -> Int {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        guard result == 0 else { throw SocketError("getsockname") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// Begins or makes a connection; returns whether it is there.
    static func connects(_ descriptor: Int32, to port: Int) -> Bool {
        withAddress(port) { connect(descriptor, $0, $1) } == 0
    }

    static func set<Value>(_ descriptor: Int32, _ option: Int32, _ value: Value) {
        withUnsafePointer(to: value) { pointer in
            _ = setsockopt(descriptor, SOL_SOCKET, option, pointer, socklen_t(MemoryLayout<Value>.size))
        }
    }

    private static func withAddress<Result>(
        _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
