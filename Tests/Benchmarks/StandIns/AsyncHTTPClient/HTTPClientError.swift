/// A stand-in for the error of AsyncHTTPClient: the same qualified name, and the same description.
public struct HTTPClientError: Error, CustomStringConvertible {
    private enum Code {
        case connectTimeout
    }

    private let code = Code.connectTimeout

    /// Creates a timeout while connecting.
    public init() {}

    /// The description of the client's own error.
    public var description: String { "HTTPClientError.\(code)" }
}
