import RetryAsync

/// The contents of an error of a seed: the attributes `status` and `code`, and a text.
struct SeedErrorFacts: Sendable {
    var status = JSON.null
    var code = JSON.null
    var text = "failed"
}

/// An error that has the name of one of a seed's: names are among the things that errors are classified by.
protocol SeedError: StatusCodeError, CustomStringConvertible {
    var facts: SeedErrorFacts { get }
    init(facts: SeedErrorFacts)
}

extension SeedError {
    /// As in the seed, `code` counts where there is no `status`.
    var statusCode: Int? { facts.status.isNull ? facts.code.int : facts.status.int }
    var description: String { facts.text }
}

struct AuthError: SeedError { let facts: SeedErrorFacts }
struct AuthTimeoutError: SeedError { let facts: SeedErrorFacts }
struct ConnectionRefusedError: SeedError { let facts: SeedErrorFacts }
struct ConnectionResetError: SeedError { let facts: SeedErrorFacts }
struct CredentialExpired: SeedError { let facts: SeedErrorFacts }
struct ForbiddenOperationError: SeedError { let facts: SeedErrorFacts }
struct KeyError: SeedError { let facts: SeedErrorFacts }
struct OSError: SeedError { let facts: SeedErrorFacts }
struct Odd: SeedError { let facts: SeedErrorFacts }
struct OddballError: SeedError { let facts: SeedErrorFacts }
struct PermissionDenied: SeedError { let facts: SeedErrorFacts }
struct RateLimitExceeded: SeedError { let facts: SeedErrorFacts }
struct ReadTimeoutError: SeedError { let facts: SeedErrorFacts }
struct RuntimeError: SeedError { let facts: SeedErrorFacts }
struct ThrottlingException: SeedError { let facts: SeedErrorFacts }
struct TimeoutError: SeedError { let facts: SeedErrorFacts }
struct ValueError: SeedError { let facts: SeedErrorFacts }

enum SeedErrors {
    private static let types: [any SeedError.Type] = [
        AuthError.self, AuthTimeoutError.self, ConnectionRefusedError.self, ConnectionResetError.self,
        CredentialExpired.self, ForbiddenOperationError.self, KeyError.self, OSError.self, Odd.self,
        OddballError.self, PermissionDenied.self, RateLimitExceeded.self, ReadTimeoutError.self, RuntimeError.self,
        ThrottlingException.self, TimeoutError.self, ValueError.self,
    ]

    /// An error of the type with this name: one above, or the library's own.
    static func make(_ name: String, _ facts: SeedErrorFacts = SeedErrorFacts()) throws -> any Error {
        switch name {
        case "PermanentError": return PermanentError()
        case "RateLimitError": return RateLimitError()
        case "ConcurrencyError": return ConcurrencyError()
        case "ServerError": return ServerSideError()
        default: break
        }
        return try types.first { "\($0)" == name }.unwrapped("There is no error type \(name)").init(facts: facts)
    }
}
