import Testing

@testable import RetryCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#elseif canImport(CRT)
import CRT
#else
#error("This file needs a C library.")
#endif

/// As `IOError` is declared.
private struct IOError: Error, CustomStringConvertible {
    private enum Failure { case errno(CInt) }

    private let failureDescription: String
    private let error: Failure

    init(_ number: CInt, _ call: String) {
        failureDescription = call
        error = .errno(number)
    }

    var description: String { failureDescription }
}

@Suite("The errors of SwiftNIO", .timeLimit(.minutes(20)))
struct NIOErrorTests {
    private func io(_ number: CInt, _ call: String = "read(descriptor:pointer:size:)") -> ClientExpectation? {
        read(IOError(number, call), as: "NIOCore.IOError")
    }

    @Test("a refused connection was not used, one that breaks may have been")
    func sockets() {
        #expect(io(ECONNREFUSED) == .notSent(.transient))
        #expect(io(ECONNRESET) == ClientExpectation(.transient))
        #expect(io(EPIPE) == ClientExpectation(.transient))
        #expect(io(EADDRINUSE) == ClientExpectation(nil))
        #expect(io(ECANCELED) == .cancellation)
    }

    @Test(
        "what cannot be reached is proof only where connecting failed",
        arguments: [EHOSTUNREACH, ENETUNREACH, ETIMEDOUT])
    func unreachable(number: CInt) {
        // An established connection ends so as well, when what was sent is not acknowledged.
        #expect(io(number) == ClientExpectation(.transient))
        #expect(io(number, "connect(descriptor:addr:size:)") == .notSent(.transient))
    }

    @Test("a socket file that is missing is a server that does not run, any other file is missing")
    func files() {
        #expect(io(ENOENT, "connect(descriptor:addr:size:)") == .notSent(.transient))
        #expect(io(ENOENT, "open(file:oFlag:mode:)") == ClientExpectation(.permanent))
        #expect(io(EACCES, "connect(descriptor:addr:size:)") == .notSent(.permission))
    }

    @Test("the number is read from the text where the mirror does not show it")
    func text() {
        func read(_ text: String) -> ClientExpectation? { RetryCoreTests.read(Described(text), as: "NIOCore.IOError") }
        #expect(read("read: Connection refused) (errno: \(ECONNREFUSED))") == .notSent(.transient))
        for text in ["", "(errno:", "(errno: )", "(errno: 1e3)", "(errno: 99999999999999999999)", "(errno: 111) more"] {
            #expect(read(text) == nil, "\(text)")
        }
        #expect(read("(errno: 9999999999)") == nil)
    }

    @Test("channels, by their descriptions or the names of their cases")
    func channels() {
        func read(_ text: String) -> ClientExpectation? {
            RetryCoreTests.read(Described(text), as: "NIOCore.ChannelError")
        }
        #expect(read("Connect timeout (10 s)") == .notSent(.transient))
        #expect(read("connectTimeout(NIOCore.TimeAmount(10))") == .notSent(.transient))
        for text in ["I/O on closed channel", "ioOnClosedChannel", "Already closed", "End of file", "eof"] {
            #expect(read(text) == ClientExpectation(.transient))
        }
        #expect(read("Operation unsupported") == ClientExpectation(.permanent))
        #expect(read("odd") == nil)
    }

    @Test("an answer that is cut off is transient, one that is not HTTP is the server's fault")
    func parser() {
        func read(_ text: String) -> ClientExpectation? {
            RetryCoreTests.read(Described(text), as: "NIOHTTP1.HTTPParserError")
        }
        #expect(read("stream ended at an unexpected time") == ClientExpectation(.transient))
        #expect(read("invalid constant string") == ClientExpectation(.serverError))
        #expect(read("paused (swift-http-parser error)") == nil)
    }

    @Test("names that are not found, addresses that are none, pools that have ended")
    func others() {
        struct Empty: Error {}
        enum SocketAddressError: Error {
            case unknown(host: String, port: Int)
            case unsupported
        }
        enum EventLoopError: Error { case shutdown, cancelled }
        #expect(read(Empty(), as: "NIOPosix.NIOConnectionError") == .notSent(.transient))
        #expect(read(Empty(), as: "NIOCore.SocketAddressError.UnknownHost") == .notSent(.transient))
        let address = "NIOCore.SocketAddressError"
        #expect(read(SocketAddressError.unknown(host: "a", port: 1), as: address) == .notSent(.transient))
        #expect(read(SocketAddressError.unsupported, as: address) == .notSent(.permanent))
        #expect(read(EventLoopError.shutdown, as: "NIOCore.EventLoopError") == ClientExpectation(.permanent))
        #expect(read(EventLoopError.cancelled, as: "NIOCore.EventLoopError") == nil)
        #expect(read(Empty(), as: "NIOPosix.NIOThreadPoolError.ThreadPoolInactive") == ClientExpectation(.permanent))
        #expect(read(Empty(), as: "NIOCore.NIOTooManyBytesError") == ClientExpectation(.permanent))
        #expect(read(Empty(), as: "NIOHTTP2.NIOHTTP2Errors.StreamClosed") == ClientExpectation(.transient))
    }

    @Test("an error of a stream of HTTP/2 is that inside it")
    func stream() {
        struct StreamError: Error {
            final class Storage: Sendable {
                let baseError: any Error
                init(_ error: any Error) { baseError = error }
            }
            let storage: Storage
        }
        let name = "NIOHTTP2.NIOHTTP2Errors.StreamError"
        let known = evidence(StreamError(storage: .init(TransientError())), as: name)
        #expect(known?.wrapped is TransientError && known?.errorClass == nil && known?.execution == nil)
    }
}
