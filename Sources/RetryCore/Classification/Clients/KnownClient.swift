/// A client library whose errors the default classifier recognises without importing it.
///
/// Each client's error types are found by their qualified names and read by their codes, their reflection or their
/// descriptions. All are on by default; one that is in the way is left out:
///
/// ```swift
/// let classifier = ErrorClassifier.default.without(.grpc)
/// ```
public struct KnownClient: Sendable, Hashable {
    /// The name of the client's package.
    public let name: String
    /// The place of the client in sets.
    let bit: UInt32

    init(_ name: String, bit: UInt32) {
        self.name = name
        self.bit = 1 << bit
    }
}

extension KnownClient: CustomStringConvertible {
    /// The name of the client's package.
    public var description: String { name }
}

/// The evidence that an error of a known client holds.
struct ClientEvidence {
    /// The class of the failure; `nil` if the client's error does not tell.
    var errorClass: ErrorClass?
    /// The server's word about when to come back.
    var hint: RetryHint?
    /// Whether the client says that the request was cancelled.
    var isCancellation = false
    /// The certainty that the request did nothing; `nil` if the error does not tell.
    var execution: ExecutionCertainty?
    /// The error inside.
    var wrapped: (any Error)?

    init(
        _ errorClass: ErrorClass? = nil, hint: RetryHint? = nil, execution: ExecutionCertainty? = nil,
        wrapped: (any Error)? = nil
    ) {
        self.errorClass = errorClass
        self.hint = hint
        self.execution = execution
        self.wrapped = wrapped
    }

    /// The request was cancelled.
    static var cancellation: ClientEvidence {
        var evidence = ClientEvidence()
        evidence.isCancellation = true
        return evidence
    }
}

/// Reads the errors of one type of a known client.
struct ClientReader: Sendable {
    let client: KnownClient
    let read: @Sendable (any Error) -> ClientEvidence?

    /// Returns the reader for an error type.
    ///
    /// - Parameter typeName: The type's qualified name, such as `"NIOCore.IOError"`.
    /// - Returns: `nil` for a type that belongs to no known client.
    static func of(_ typeName: String) -> ClientReader? { all[typeName] }

    private static let all: [String: ClientReader] = [:]
}
