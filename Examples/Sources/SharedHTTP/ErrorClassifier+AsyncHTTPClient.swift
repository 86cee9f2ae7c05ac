public import AsyncHTTPClient
import NIOCore
import NIOHTTP1
public import RetryAsync

extension ErrorClassifier {
    /// Knows the errors of AsyncHTTPClient, and those of SwiftNIO that come through it.
    package static let asyncHTTPClient = ErrorClassifier.first(
        .errors(HTTPClientError.self, classification),
        // A socket that fails: connection refused, connection reset, host unreachable.
        .errors(IOError.self) { _ in .transient },
        .errors(ChannelError.self) { _ in .transient },
        // What came back is not HTTP; most often it was cut off.
        .errors(HTTPParserError.self) { _ in .transient }
    )

    private static func classification(of error: HTTPClientError) -> Classification {
        switch error {
        case .remoteConnectionClosed, .uncleanShutdown, .connectTimeout, .tlsHandshakeTimeout, .socksHandshakeTimeout,
            .httpProxyHandshakeTimeout, .getConnectionFromPoolTimeout, .readTimeout, .writeTimeout, .deadlineExceeded:
            .transient
        case .proxyAuthenticationRequired:
            .auth
        default:
            // The rest says that the request cannot be sent as it is: a URL without a host, a header with a line break,
            // a client that was shut down.
            .permanent
        }
    }
}

// A client that is shut down ends its requests with `.cancelled`: that is a cancellation, and no failure to be retried.
// An application may add this conformance. A library should not: two libraries that both do are at odds.
// swift-format-ignore: AvoidRetroactiveConformances
extension HTTPClientError: @retroactive CancellationAwareError {
    /// Whether the client was shut down, or told to drop the request.
    public var isCancellation: Bool { self == .cancelled }
}
