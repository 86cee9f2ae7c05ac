#if PostgreSQL
import RetryTesting

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

/// A proxy between a store and the server, which counts the store's requests, and cuts the connection at a planned one.
///
/// It counts requests that the server answers: a round trip each. It listens on a unix socket of its own, with a thread
/// for each connection.
final class CuttingProxy: Sendable {
    /// The moment at which a connection is cut.
    enum Cut: Sendable, CaseIterable {
        /// The server never gets the request.
        case beforeRequest
        /// The server has the request, and no client waits for its answer.
        case afterRequest
        /// The server has answered, and the reply is lost.
        case beforeReply
        /// The request is swallowed: neither side says anything any more, and the connection stays.
        case silence
        /// The server has ended its process when the request comes, and says so.
        case serverEnded
        /// The server is asked to end its process during the request.
        case serverEnds

        var isByServer: Bool { self == .serverEnded || self == .serverEnds }
    }

    struct Plan: Sendable {
        /// The number of the request at which it happens, counted over all connections from 1; 0 for never.
        var request = 0
        /// The name of the statement whose runs alone are counted.
        var statement: String?
        var cut = Cut.beforeRequest
        /// A Boolean value that indicates whether the server is out of reach from then on.
        var isForGood = false
    }

    private struct State: Sendable {
        var plan = Plan()
        var requests = 0
        var endedProcesses = 0
        var isDown = false
        var isClosed = false
    }

    /// The host setting for a store.
    let directory: String
    private let listener: Int32
    private let state = SharedValue(State())

    init() throws {
        var template = Array("/tmp/retry-proxy.XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw Admin.Failure(message: "no directory") }
        directory = String(cString: made)
        listener = socket(AF_UNIX, Self.stream, 0)
        guard Self.withAddress("\(directory)/.s.PGSQL.5432", { bind(listener, $0, $1) }) == 0,
            listen(listener, 64) == 0
        else { throw Admin.Failure(message: "no socket") }
        startThread { self.accept() }
    }

    /// Stops accepting.
    func close() {
        state.withLock { $0.isClosed = true }
        shutdown(listener, Int32(SHUT_RDWR))
        unlink("\(directory)/.s.PGSQL.5432")
        rmdir(directory)
    }

    /// The database setting for a store.
    var database: String { "host=\(directory) port=5432" }

    /// The number of requests since the last plan.
    var requests: Int { state.withLock { $0.requests } }

    /// The number of processes of the server that were ended.
    var endedProcesses: Int { state.withLock { $0.endedProcesses } }

    func follow(_ plan: Plan) {
        state.withLock {
            $0.plan = plan
            $0.requests = 0
            $0.isDown = false
        }
    }

    private func accept() {
        while true {
            #if canImport(Darwin)
            let client = Darwin.accept(listener, nil, nil)
            #elseif canImport(Glibc)
            let client = Glibc.accept(listener, nil, nil)
            #else
            let client = Musl.accept(listener, nil, nil)
            #endif
            if client < 0 { break }
            if state.withLock({ $0.isDown }) {
                _ = closeDescriptor(client)
                continue
            }
            startThread { self.serve(client) }
        }
        _ = closeDescriptor(listener)
    }

    private func serve(_ client: Int32) {
        let server = socket(AF_UNIX, Self.stream, 0)
        defer {
            _ = closeDescriptor(client)
            _ = closeDescriptor(server)
        }
        let path = "\(Self.variable("PGHOST"))/.s.PGSQL.\(Self.variable("PGPORT"))"
        guard Self.withAddress(path, { connect(server, $0, $1) }) == 0 else { return }
        // The first message has no letter in front; libpq sends nothing else before the server has answered it.
        guard let first = Self.read(client), Self.write(server, first) else { return }
        var losesReply = false
        var process: Int32?
        while true {
            var sockets = [client, server].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&sockets, 2, -1) > 0 else { return }
            if sockets[0].revents != 0 {
                // A request fits into what libpq sends at once: its end is the end of what is read.
                guard let bytes = Self.read(client) else { return }
                switch count(bytes) {
                case nil: guard Self.write(server, bytes) else { return }
                case .beforeRequest: return
                case .afterRequest:
                    _ = Self.write(server, bytes)
                    return
                case .beforeReply:
                    losesReply = true
                    guard Self.write(server, bytes) else { return }
                case .silence:
                    _ = Self.read(client)
                    return
                case .serverEnded:
                    end(process, isWaiting: true)
                    // What the server has said last is still to be read.
                    _ = Self.write(server, bytes)
                case .serverEnds:
                    _ = Self.write(server, bytes)
                    end(process, isWaiting: false)
                }
            }
            if sockets[1].revents != 0 {
                guard let bytes = Self.read(server), !losesReply, Self.write(client, bytes) else { return }
                process = process ?? Self.process(in: bytes)
            }
        }
    }

    /// Counts a request; returns the cut for it.
    private func count(_ bytes: [UInt8]) -> Cut? {
        // X says goodbye, p is a password.
        guard let letter = bytes.first, letter != 0x58, letter != 0x70 else { return nil }
        return state.withLock { state in
            if let statement = state.plan.statement {
                // A run names its portal, which is none, and its statement.
                guard letter == 0x42, bytes.dropFirst(6).starts(with: Array(statement.utf8) + [0]) else { return nil }
            }
            state.requests += 1
            guard state.requests == state.plan.request else { return nil }
            if state.plan.isForGood { state.isDown = true }
            return state.plan.cut
        }
    }

    /// Returns the number of the server's process, from its messages after a connection: at once, message by message.
    private static func process(in bytes: [UInt8]) -> Int32? {
        func number(at place: Int) -> Int32 { bytes[place..<place + 4].reduce(0) { $0 << 8 | Int32($1) } }
        var place = 0
        while place + 9 <= bytes.count {
            // K is a key by which others can cancel: the number comes first.
            if bytes[place] == 0x4b { return number(at: place + 5) }
            place += 1 + Int(number(at: place + 1))
        }
        return nil
    }

    /// Makes the server end a process of its own.
    private func end(_ process: Int32?, isWaiting: Bool) {
        guard let process, let admin = try? Admin() else { return }
        let answer = try? admin.run("SELECT pg_terminate_backend(\(process)\(isWaiting ? ", 10000" : ""))")
        if answer == [["t"]] { state.withLock { $0.endedProcesses += 1 } }
    }

    private static func read(_ descriptor: Int32) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 262_144)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    private static func write(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, noSignal) }
            if count <= 0 { return false }
            sent += count
        }
        return true
    }

    private static func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "5432" }

    private static func withAddress(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(103)) }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
    }

    #if canImport(Darwin)
    private static let stream = SOCK_STREAM
    private static let noSignal: Int32 = 0
    #elseif canImport(Glibc)
    private static let stream = Int32(SOCK_STREAM.rawValue)
    private static let noSignal = Int32(MSG_NOSIGNAL)
    #else
    private static let stream = SOCK_STREAM
    private static let noSignal = Int32(MSG_NOSIGNAL)
    #endif
}

private func closeDescriptor(_ descriptor: Int32) -> Int32 {
    #if canImport(Darwin)
    Darwin.close(descriptor)
    #elseif canImport(Glibc)
    Glibc.close(descriptor)
    #else
    Musl.close(descriptor)
    #endif
}

/// Runs something on a thread of its own.
func startThread(_ body: @escaping @Sendable () -> Void) {
    let start = Unmanaged.passRetained(ThreadBody(body)).toOpaque()
    #if canImport(Darwin)
    var thread: pthread_t?
    #else
    var thread = pthread_t()
    #endif
    guard pthread_create(&thread, nil, threadMain, start) == 0 else { return }
    #if canImport(Darwin)
    if let thread { pthread_detach(thread) }
    #else
    pthread_detach(thread)
    #endif
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}

#if canImport(Darwin)
private func threadMain(_ start: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<ThreadBody>.fromOpaque(start).takeRetainedValue().run()
    return nil
}
#else
private func threadMain(_ start: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let start { Unmanaged<ThreadBody>.fromOpaque(start).takeRetainedValue().run() }
    return nil
}
#endif
#endif
