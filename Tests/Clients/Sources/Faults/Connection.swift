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

/// One connection of a client, as the server's thread for it sees it.
///
/// That thread alone reads, writes and closes; another one may interrupt it.
public final class Connection: Sendable {
    private let descriptor: NIOLockedValueBox<Int32?>
    private let received = NIOLockedValueBox<[UInt8]>([])

    init(_ descriptor: Int32) {
        self.descriptor = NIOLockedValueBox(descriptor)
    }

    /// Reads one request, body included; `nil` if the client closed before its end.
    public func readRequest() -> Request? {
        guard let head = readHead() else { return nil }
        if head.header("transfer-encoding")?.lowercased() == "chunked" {
            return readChunks().map(head.with(body:))
        }
        let length = head.header("content-length").flatMap { Int($0) } ?? 0
        return take(length).map(head.with(body:))
    }

    /// Reads a request up to the end of its header; the body is left.
    public func readHead() -> Request? {
        readLine(endingWith: [13, 10, 13, 10]).flatMap { Request(head: String(decoding: $0, as: UTF8.self)) }
    }

    /// Reads so many bytes; `nil` if the client closed before.
    public func take(_ count: Int) -> [UInt8]? {
        while received.withLockedValue({ $0.count }) < count {
            guard receive() else { return nil }
        }
        return received.withLockedValue { bytes in
            defer { bytes.removeFirst(count) }
            return Array(bytes.prefix(count))
        }
    }

    /// Writes bytes as they are.
    public func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty, let descriptor = descriptor.withLockedValue({ $0 }) {
            #if canImport(Darwin)
            let flags: Int32 = 0
            #else
            let flags = Int32(MSG_NOSIGNAL)
            #endif
            let count = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, flags) }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    /// Writes an answer.
    public func write(_ answer: Answer) { write(answer.text) }

    /// Waits until the client closes, or the server is stopped; what comes until then is dropped.
    public func waitForClient() {
        while receive() { received.withLockedValue { $0.removeAll() } }
    }

    /// Resets the connection as soon as some byte is there, which stays unread.
    ///
    /// A connection that is reset before is one that was not made, to some clients and at some times.
    public func resetUnread() {
        guard let descriptor = descriptor.withLockedValue({ $0 }) else { return }
        var byte: UInt8 = 0
        _ = recv(descriptor, &byte, 1, Int32(MSG_PEEK))
        reset()
    }

    /// Closes the connection; a client that still sends, or whose bytes were not read, sees a reset.
    public func close() {
        descriptor.withLockedValue { descriptor in
            if let open = descriptor { _ = closeDescriptor(open) }
            descriptor = nil
        }
    }

    /// Resets the connection: the client sees no orderly end.
    public func reset() {
        descriptor.withLockedValue { descriptor in
            if let open = descriptor {
                Socket.set(open, SO_LINGER, linger(l_onoff: 1, l_linger: 0))
                _ = closeDescriptor(open)
            }
            descriptor = nil
        }
    }

    /// Wakes the thread of this connection if it waits.
    func interrupt() {
        descriptor.withLockedValue { descriptor in
            if let descriptor { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }
}

// MARK: Reading

extension Connection {
    private func receive() -> Bool {
        guard let descriptor = descriptor.withLockedValue({ $0 }) else { return false }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        received.withLockedValue { $0 += buffer.prefix(count) }
        return true
    }

    private func readLine(endingWith end: [UInt8]) -> [UInt8]? {
        while true {
            let line = received.withLockedValue { bytes -> [UInt8]? in
                guard bytes.count >= end.count else { return nil }
                for index in 0...(bytes.count - end.count) where Array(bytes[index..<index + end.count]) == end {
                    defer { bytes.removeFirst(index + end.count) }
                    return Array(bytes.prefix(index))
                }
                return nil
            }
            if let line { return line }
            guard receive() else { return nil }
        }
    }

    private func readChunks() -> [UInt8]? {
        var body: [UInt8] = []
        while true {
            guard let line = readLine(endingWith: [13, 10]),
                let size = Int(String(decoding: line, as: UTF8.self), radix: 16),
                let chunk = take(size), take(2) != nil
            else { return nil }
            if size == 0 { return body }
            body += chunk
        }
    }
}

private func closeDescriptor(_ descriptor: Int32) -> Int32 { close(descriptor) }
