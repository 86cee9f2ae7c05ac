// Stand-ins for the parts of Hummingbird that snippets name; the real ones are used in Examples/Sources/Recipes.

import RetryCore

struct HTTPField {
    struct Name: Sendable {
        static let requestTimeout = Name()
        static let idempotencyKey = Name()
    }
}

struct HTTPFields: Sendable {
    subscript(name: HTTPField.Name) -> String? { nil }
}

struct ByteBuffer: Sendable {
    let readableBytesView: [UInt8] = []
}

struct Request: Sendable {
    struct Method: Sendable, Equatable {
        let name: String
        static let post = Method(name: "POST")
        static let patch = Method(name: "PATCH")
    }
    let method = Method.post
    let uri = "/"
    let headers = HTTPFields()
    mutating func collectBody(upTo limit: Int) async throws -> ByteBuffer { ByteBuffer() }
}

struct Response: Sendable {}

struct HTTPError: Error {
    enum Status {
        case badRequest, gatewayTimeout, conflict, unprocessableContent, serviceUnavailable, internalServerError
    }
    enum Header: Hashable { case retryAfter }
    init(_ status: Status, headers: [Header: String] = [:], message: String? = nil) {}
    func response(from request: Request, context: some RequestContext) throws -> Response { Response() }
}

protocol RequestContext: Sendable {}

protocol RouterMiddleware: Sendable {
    associatedtype Context: RequestContext
    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response
}

struct KeptResponse: Codable, Sendable {
    init(_ response: Response) async throws {}
    func response(isReplay: Bool) -> Response { Response() }
}
