import NIOConcurrencyHelpers

/// The requests that a server had, in the order of their arrival.
public final class Requests: Sendable {
    private let requests = NIOLockedValueBox<[Request]>([])

    /// Creates an empty record.
    public init() {}

    /// All requests so far.
    public var all: [Request] { requests.withLockedValue { $0 } }

    /// Adds a request.
    public func append(_ request: Request) { requests.withLockedValue { $0.append(request) } }
}
