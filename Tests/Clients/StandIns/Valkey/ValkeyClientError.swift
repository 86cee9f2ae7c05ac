/// A stand-in for the error of valkey-swift: the same qualified name, and the same stored properties as far as they are
/// read.
public struct ValkeyClientError: Error {
    enum Value {
        case unrecognisedError
    }
    struct ErrorCode {
        let value: Value
    }

    let errorCode = ErrorCode(value: .unrecognisedError)
    let underlyingError: (any Error)?

    /// Creates an error that the client did not recognise.
    public init(_ underlyingError: any Error) {
        self.underlyingError = underlyingError
    }
}
