import Dispatch
import Foundation
import NIOConcurrencyHelpers

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

/// A server on a free port of 127.0.0.1, with a thread for each connection.
public final class FaultyServer: Sendable {
    /// The listening socket, and the end of the thread that accepts on it.
    private struct Listener: Sendable {
        let descriptor: Int32
        let end = DispatchGroup()
    }

    private struct State: Sendable {
        var listener: Listener?
        var connections: [ObjectIdentifier: Connection] = [:]
        var count = 0
    }

    /// The port, which stays the same when the server listens anew.
    public let port: Int
    private let state = NIOLockedValueBox(State())
    private let threads = DispatchGroup()
    private let handle: @Sendable (Connection) -> Void

    /// Starts a server.
    ///
    /// - Parameter handle: Is called with each connection, on a thread of its own; the connection is closed when it
    ///   returns.
    /// - Throws: An error of the system.
    public init(_ handle: @escaping @Sendable (Connection) -> Void) throws {
        self.handle = handle
        let descriptor = try Socket.bound()
        port = try Socket.port(of: descriptor)
        try accept(on: descriptor)
    }

    /// The address of a path.
    public func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

    /// The number of connections that were accepted.
    public var connectionCount: Int { state.withLockedValue { $0.count } }

    /// Closes the listening socket: when this returns, connections are refused.
    public func refuse() {
        let listener = state.withLockedValue { state in
            defer { state.listener = nil }
            return state.listener
        }
        guard let listener else { return }
        // Wakes the thread that accepts, which then finds that it is not to go on. As long as it waits in the system,
        // the socket listens, closed or not.
        if let descriptor = try? Socket.make() {
            _ = Socket.connects(descriptor, to: port)
            _ = close(descriptor)
        }
        listener.end.wait()
    }

    /// Listens again on the same port, if the server does not listen.
    public func listen() throws {
        guard state.withLockedValue({ $0.listener == nil }) else { return }
        try accept(on: try Socket.bound(to: port))
    }

    /// Refuses connections, ends those that are there, and waits for their threads.
    public func stop() {
        refuse()
        for connection in state.withLockedValue({ Array($0.connections.values) }) { connection.interrupt() }
        threads.wait()
    }

    private func accept(on descriptor: Int32) throws {
        try Socket.listen(descriptor, backlog: 64)
        let listener = Listener(descriptor: descriptor)
        state.withLockedValue { $0.listener = listener }
        detach(in: listener.end) { [self] in
            while true {
                let accepted = acceptConnection(descriptor)
                guard state.withLockedValue({ $0.listener?.end === listener.end }) else {
                    if accepted >= 0 { _ = close(accepted) }
                    _ = close(descriptor)
                    return
                }
                if accepted >= 0 { serve(Connection(accepted)) }
            }
        }
    }

    private func serve(_ connection: Connection) {
        state.withLockedValue { state in
            state.count += 1
            state.connections[ObjectIdentifier(connection)] = connection
        }
        detach(in: threads) { [self] in
            handle(connection)
            connection.close()
            state.withLockedValue { $0.connections[ObjectIdentifier(connection)] = nil }
        }
    }

    private func detach(in group: DispatchGroup, _ body: @escaping @Sendable () -> Void) {
        group.enter()
        Thread.detachNewThread {
            body()
            group.leave()
        }
    }
}

private func acceptConnection(_ listener: Int32) -> Int32 { accept(listener, nil, nil) }
