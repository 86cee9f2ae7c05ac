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

/// A port at which every connection is refused: it is taken, and its socket does not listen.
public final class RefusingPort: Sendable {
    /// The number of the port.
    public let number: Int
    private let descriptor: Int32

    /// Takes a free port.
    ///
    /// - Throws: An error of the system.
    public init() throws {
        descriptor = try Socket.bound()
        number = try Socket.port(of: descriptor)
    }

    deinit { _ = close(descriptor) }

    /// The address of a path.
    public func url(_ path: String = "/") -> String { "http://127.0.0.1:\(number)\(path)" }
}

/// A port at which connections are neither made nor refused: the queue of its socket is full.
public final class FullPort: Sendable {
    /// The number of the port.
    public let number: Int
    private let descriptors: [Int32]

    /// Takes a free port, and fills its queue.
    ///
    /// - Throws: An error of the system.
    public init() throws {
        let listener = try Socket.bound()
        number = try Socket.port(of: listener)
        try Socket.listen(listener, backlog: 0)
        var descriptors = [listener]
        repeat {
            let descriptor = try Socket.make()
            descriptors.append(descriptor)
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            if !Socket.connects(descriptor, to: number), !Self.isConnected(descriptor, within: 50) { break }
        } while descriptors.count < 256
        self.descriptors = descriptors
    }

    deinit {
        for descriptor in descriptors { _ = close(descriptor) }
    }

    /// The address of a path.
    public func url(_ path: String = "/") -> String { "http://127.0.0.1:\(number)\(path)" }

    private static func isConnected(_ descriptor: Int32, within milliseconds: Int32) -> Bool {
        var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return pollDescriptor(&poll, milliseconds) > 0
    }
}

private func pollDescriptor(_ descriptor: inout pollfd, _ milliseconds: Int32) -> Int32 {
    poll(&descriptor, 1, milliseconds)
}
