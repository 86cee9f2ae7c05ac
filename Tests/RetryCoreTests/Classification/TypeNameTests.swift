import RetryCore
import Testing

@testable import RetryCore

// Errors that have nothing but their names.

private enum Named {
    struct ReadTimeoutError: Error {}
    struct Read_Timeout: Error {}
    struct TIMEOUTError: Error {}
    struct Timeout408: Error {}
    enum SocketTimeout: Error { case reading }
    final class ConnectionLost: Error {}
    struct AuthError: Error {}
    enum NetworkError: Error {
        case timeout
        case connectionLost
    }
    enum AuthService {
        struct Failure: Error {}
    }
    struct Failed<Cause>: Error {}
    struct TimeoutError<Cause>: Error {}
    struct Connection {}
}

@Suite("The name of an error's type", .timeLimit(.minutes(20)))
struct TypeNameTests {
    private func known(_ error: any Error) -> ErrorClass? {
        let named = ErrorClassifier.typeNames.classification(of: error)
        #expect(named == ErrorClassifier.default.classification(of: error))
        #expect(named?.hint == nil)
        return named?.errorClass
    }

    @Test("speaks of what passes")
    func transient() {
        #expect(known(Named.ReadTimeoutError()) == .transient)
        #expect(known(Named.Read_Timeout()) == .transient)
        #expect(known(Named.TIMEOUTError()) == .transient)
        #expect(known(Named.Timeout408()) == .transient)
        #expect(known(Named.SocketTimeout.reading) == .transient)
        #expect(known(Named.ConnectionLost()) == .transient)
    }

    @Test("says nothing by its cases, or by the type that it is declared in")
    func places() {
        #expect(known(Named.NetworkError.timeout) == nil)
        #expect(known(Named.NetworkError.connectionLost) == nil)
        #expect(known(Named.AuthService.Failure()) == nil)
    }

    @Test("says nothing by the arguments of a generic type")
    func generics() {
        #expect(known(Named.Failed<Int>()) == nil)
        #expect(known(Named.Failed<Named.AuthError>()) == nil)
        #expect(known(Named.Failed<Named.Connection>()) == nil)
        #expect(known(Named.Failed<Named.TimeoutError<Named.AuthError>>()) == nil)
        #expect(known(Named.TimeoutError<Named.AuthError>()) == .transient)
    }

    @Test("is read of types inside functions too")
    func local() {
        struct LocalTimeoutError: Error {}
        struct LocalError: Error {}
        #expect(known(LocalTimeoutError()) == .transient)
        #expect(known(LocalError()) == nil)
    }

    @Test(
        "decides by its end, word by word",
        arguments: [
            // The value or the setting is wrong, not the network.
            ("TimeoutConfigurationError", nil), ("InvalidTimeoutValue", nil), ("InvalidTimeoutError", nil),
            ("InvalidConnectionStringError", nil), ("ConnectionStringParseError", nil), ("BadConnection", nil),
            ("ConnectionNotFoundError", nil), ("UnsupportedConnectionError", nil), ("ConnectionPoolError", nil),
            ("TimeoutNotSupported", nil), ("MissingTimeout", nil), ("SQLNonTransientConnectionException", nil),
            ("InvalidSessionTimeoutException", nil), ("InvalidTxnTimeoutException", nil),
            ("InvalidDatabaseConnectionError", nil), ("UnsupportedProxyConnection", nil),
            ("UntrustedConnectionError", nil), ("InsecureConnection", nil), ("MisconfiguredConnection", nil),
            ("UnparsableTimeout", nil), ("ZeroTimeout", nil), ("PermanentConnectionError", nil),
            ("UnauthorizedConnectionError", .auth), ("UnauthenticatedConnection", .auth),
            ("UnknownConnectionError", nil), ("DuplicateConnection", nil),
            // A server that has to do with authentication fails as any other does.
            ("AuthServerUnavailableError", .transient), ("CredentialStoreBusyError", .transient),
            ("OAuthTokenEndpointTimeout", .transient), ("PermissionServiceTimeoutError", .transient),
            ("AuthServiceConnectionError", .transient), ("CredentialConnectionError", .transient),
            ("ForbiddenZoneServiceUnavailable", .transient), ("PermissionTimeout", .transient),
            // Parts of words are no words.
            ("AuthorNotFoundError", nil), ("AuthorityError", nil), ("AuthoringError", nil),
            ("PermissiveModeError", nil), ("DisconnectionError", nil), ("Connectivity", nil),
            ("BusybodyError", nil), ("ReauthenticateLater", nil),
            // A rate limit has codes and statuses of its own.
            ("RateLimitExceeded", nil), ("ThrottlingException", nil), ("OddballError", nil), ("", nil), ("Error", nil),
            ("123", nil), ("_", nil), ("Exception", nil),
            ("AuthError", .auth), ("OAuthError", .auth), ("OAuth2TokenError", .auth), ("OauthFailure", .auth),
            ("Auth0Error", .auth), ("AuthenticationFailed", .auth), ("NotAuthorizedError", .auth),
            ("AuthorizationError", .auth), ("AuthorisationError", .auth), ("UnauthorizedAccess", .auth),
            ("UnauthenticatedCall", .auth), ("CredentialExpired", .auth), ("BadCredentials", .auth),
            ("AuthTimeoutError", .auth),
            ("ForbiddenOperationError", .permission), ("PermissionDenied", .permission),
            ("MissingPermissions", .permission), ("AccessDenied", .permission),
            ("TimeoutError", .transient), ("HTTPTimeoutError", .transient), ("TIMEOUT", .transient),
            ("ConnectionResetError", .transient), ("ConnectionRefusedError", .transient),
            ("HTTP2ConnectionError", .transient), ("S3ConnectionError", .transient), ("NetworkUnreachable", .transient),
            ("RequestTimedOut", .transient), ("NoConnectionError", .transient),
        ] as [(String, ErrorClass?)])
    func words(name: String, errorClass: ErrorClass?) {
        #expect(TypeNames.errorClass(of: name) == errorClass)
    }

    @Test("never beats certain knowledge")
    func weak() {
        struct LoginTimeoutError: StatusCodeError { let statusCode: Int? }
        struct PermissionTimeout: WrappingError { let wrappedError: (any Error)? }
        #expect(ErrorClassifier.default.classification(of: LoginTimeoutError(statusCode: 401)) == .auth)
        #expect(
            ErrorClassifier.default.classification(of: PermissionTimeout(wrappedError: ServerSideError()))
                == .serverError)
    }
}

/// Error types of public clients by their names, each with the class that is right for all of its failures.
///
/// A wrong class is worse than none.
@Suite("The names of public clients' errors", .timeLimit(.minutes(20)))
struct PublicErrorNameTests {
    @Test(arguments: swift + java + python)
    func rightOrUnknown(name: String, errorClass: ErrorClass?) {
        #expect(TypeNames.errorClass(of: name) == errorClass)
    }

    private static let swift: [(String, ErrorClass?)] = [
        ("HTTPClientError", nil), ("NIOConnectionError", .transient), ("IOError", nil), ("ChannelError", nil),
        ("NIOSSLError", nil), ("NIOTooManyBytesError", nil), ("ChannelPipelineError", nil), ("RPCError", nil),
        ("RuntimeError", nil), ("DatabaseError", nil), ("PSQLError", nil), ("MySQLError", nil),
        ("RedisError", nil), ("RedisClientError", nil), ("RedisConnectionPoolError", nil), ("ValkeyClientError", nil),
        ("AWSClientError", nil), ("AWSServerError", nil), ("AWSRawError", nil), ("CredentialProviderError", nil),
        ("S3ErrorType", nil), ("URLError", nil), ("CocoaError", nil), ("POSIXError", nil), ("Errno", nil),
        ("CancellationError", nil), ("JWTError", nil), ("KeychainError", nil), ("MultipartError", nil),
        ("HTTPParserError", nil), ("NIOHTTP2Errors", nil), ("WebSocketClientError", nil), ("AFError", nil),
        ("MoyaError", nil), ("GraphQLHTTPRequestError", nil), ("ConnectTimeoutError", .transient),
        ("ConnectionPoolShutdownError", nil), ("APIError", nil), ("SocketError", nil), ("DNSError", nil),
    ]

    private static let java: [(String, ErrorClass?)] = [
        ("SocketTimeoutException", .transient), ("ConnectException", .transient), ("UnknownHostException", nil),
        ("NoRouteToHostException", nil), ("SSLHandshakeException", nil), ("SSLPeerUnverifiedException", nil),
        ("HttpTimeoutException", .transient), ("HttpConnectTimeoutException", .transient),
        ("ConnectTimeoutException", .transient), ("ConnectionPoolTimeoutException", .transient),
        ("ConnectionRequestTimeoutException", .transient), ("ConnectionClosedException", .transient),
        ("ConnectionShutdownException", nil), ("NoHttpResponseException", nil), ("StreamResetException", nil),
        ("SQLTransientConnectionException", .transient), ("SQLNonTransientConnectionException", nil),
        ("SQLTimeoutException", .transient), ("SQLIntegrityConstraintViolationException", nil),
        ("SQLInvalidAuthorizationSpecException", nil), ("QueryTimeoutException", .transient),
        ("DataIntegrityViolationException", nil), ("OptimisticLockingFailureException", nil),
        ("CannotAcquireLockException", nil), ("CommunicationsException", nil), ("AccessDeniedException", .permission),
        ("AuthenticationException", .auth), ("BadCredentialsException", .auth),
        ("InsufficientAuthenticationException", .auth), ("JsonMappingException", nil),
        ("IllegalArgumentException", nil), ("StatusRuntimeException", nil), ("ResourceNotFoundException", nil),
        ("JedisConnectionException", .transient), ("JedisDataException", nil),
        ("RedisCommandTimeoutException", .transient),
    ]

    private static let python: [(String, ErrorClass?)] = [
        ("ConnectTimeout", .transient), ("ReadTimeout", .transient), ("PoolTimeout", .transient),
        ("WriteTimeout", .transient), ("ConnectError", .transient), ("RemoteProtocolError", nil),
        ("ChunkedEncodingError", nil), ("TooManyRedirects", nil), ("InvalidURL", nil), ("MissingSchema", nil),
        ("SSLError", nil), ("ProxyError", nil), ("NewConnectionError", .transient), ("MaxRetryError", nil),
        ("APIConnectionError", .transient), ("APITimeoutError", .transient), ("AuthenticationError", .auth),
        ("PermissionDeniedError", .permission), ("RateLimitError", nil), ("InternalServerError", nil),
        ("UnprocessableEntityError", nil), ("ConflictError", nil), ("EndpointConnectionError", .transient),
        ("NoCredentialsError", .auth), ("PartialCredentialsError", .auth), ("ParamValidationError", nil),
        ("ServerSelectionTimeoutError", .transient), ("AutoReconnect", nil), ("DuplicateKeyError", nil),
        ("OperationalError", nil), ("ConnectionTimeout", .transient), ("TooManyConnectionsError", nil),
        ("InvalidPasswordError", nil), ("ConnectionDoesNotExistError", nil), ("ClientConnectorCertificateError", nil),
        ("ServerDisconnectedError", nil), ("ClientPayloadError", nil), ("BusyLoadingError", nil),
        ("MaxConnectionsError", nil), ("PermissionError", .permission),
    ]
}
