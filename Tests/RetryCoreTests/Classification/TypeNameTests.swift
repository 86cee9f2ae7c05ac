import RetryCore
import Testing

// Errors that have nothing but their names.

private enum Named {
    struct AuthError: Error {}
    struct OAuthError: Error {}
    struct OAuth2TokenError: Error {}
    struct OauthFailure: Error {}
    struct Auth0Error: Error {}
    struct AuthenticationFailed: Error {}
    struct NotAuthorizedError: Error {}
    struct AuthorizationError: Error {}
    struct AuthorisationError: Error {}
    struct UnauthorizedAccess: Error {}
    struct UnauthenticatedCall: Error {}
    struct CredentialExpired: Error {}
    struct BadCredentials: Error {}
    struct AuthTimeoutError: Error {}
    struct CredentialConnectionError: Error {}

    struct ForbiddenOperationError: Error {}
    struct PermissionDenied: Error {}
    struct MissingPermissions: Error {}
    struct PermissionTimeout: Error {}

    struct ReadTimeoutError: Error {}
    struct TimeoutError: Error {}
    struct HTTPTimeoutError: Error {}
    struct TIMEOUTError: Error {}
    struct TIMEOUT: Error {}
    struct Timeout408: Error {}
    struct Read_Timeout: Error {}
    struct ConnectionResetError: Error {}
    struct ConnectionRefusedError: Error {}
    struct HTTP2ConnectionError: Error {}
    struct S3ConnectionError: Error {}
    struct SSLConnection: Error {}
    enum SocketTimeout: Error { case reading }
    final class ConnectionLost: Error {}

    struct AuthorNotFoundError: Error {}
    struct AuthorityError: Error {}
    struct AuthoringError: Error {}
    struct PermissiveModeError: Error {}
    struct DisconnectionError: Error {}
    struct OddballError: Error {}
    struct RateLimitExceeded: Error {}
    struct ThrottlingException: Error {}
    struct OSError: Error {}
    struct ValueError: Error {}
    enum NetworkError: Error {
        case timeout
        case connectionLost
    }
    enum AuthService {
        struct Failure: Error {}
    }
    struct Failed<Cause>: Error {}
    struct TimeoutOf<Cause>: Error {}
    struct Connection {}
}

@Suite("The name of an error's type", .timeLimit(.minutes(5)))
struct TypeNameTests {
    private func known(_ error: any Error) -> ErrorClass? {
        let named = ErrorClassifier.typeNames.classification(of: error)
        #expect(named == ErrorClassifier.default.classification(of: error))
        #expect(named?.hint == nil)
        return named?.errorClass
    }

    @Test(
        "speaks of authentication",
        arguments: [
            Named.AuthError(), Named.OAuthError(), Named.OAuth2TokenError(), Named.OauthFailure(),
            Named.Auth0Error(), Named.AuthenticationFailed(), Named.NotAuthorizedError(),
            Named.AuthorizationError(), Named.AuthorisationError(), Named.UnauthorizedAccess(),
            Named.UnauthenticatedCall(), Named.CredentialExpired(), Named.BadCredentials(),
            Named.AuthTimeoutError(), Named.CredentialConnectionError(),
        ] as [any Error])
    func auth(error: any Error) {
        #expect(known(error) == .auth)
    }

    @Test(
        "speaks of permissions",
        arguments: [
            Named.ForbiddenOperationError(), Named.PermissionDenied(), Named.MissingPermissions(),
            Named.PermissionTimeout(),
        ] as [any Error])
    func permission(error: any Error) {
        #expect(known(error) == .permission)
    }

    @Test(
        "speaks of what passes",
        arguments: [
            Named.ReadTimeoutError(), Named.TimeoutError(), Named.HTTPTimeoutError(), Named.TIMEOUTError(),
            Named.TIMEOUT(), Named.Timeout408(), Named.Read_Timeout(), Named.ConnectionResetError(),
            Named.ConnectionRefusedError(), Named.HTTP2ConnectionError(), Named.S3ConnectionError(),
            Named.SSLConnection(), Named.SocketTimeout.reading, Named.ConnectionLost(), Named.TimeoutOf<Int>(),
        ] as [any Error])
    func transient(error: any Error) {
        #expect(known(error) == .transient)
    }

    @Test(
        "says nothing by parts of its words, by its cases, or by where it is declared",
        arguments: [
            Named.AuthorNotFoundError(), Named.AuthorityError(), Named.AuthoringError(),
            Named.PermissiveModeError(), Named.DisconnectionError(), Named.OddballError(),
            Named.RateLimitExceeded(), Named.ThrottlingException(), Named.OSError(), Named.ValueError(),
            Named.NetworkError.timeout, Named.NetworkError.connectionLost, Named.AuthService.Failure(),
        ] as [any Error])
    func unknown(error: any Error) {
        #expect(known(error) == nil)
    }

    @Test("says nothing by the types that a generic one is about")
    func generics() {
        #expect(known(Named.Failed<Int>()) == nil)
        #expect(known(Named.Failed<Named.AuthError>()) == nil)
        #expect(known(Named.Failed<Named.Connection>()) == nil)
        #expect(known(Named.Failed<Named.TimeoutOf<Named.AuthError>>()) == nil)
        #expect(known(Named.TimeoutOf<Named.AuthError>()) == .transient)
    }

    @Test("is read of types inside functions too")
    func local() {
        struct LocalTimeoutError: Error {}
        struct LocalError: Error {}
        #expect(known(LocalTimeoutError()) == .transient)
        #expect(known(LocalError()) == nil)
    }
}
