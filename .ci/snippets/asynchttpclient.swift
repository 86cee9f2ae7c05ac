// Stand-ins for the parts of AsyncHTTPClient and NIO that snippets name; the real ones are used in Tests/Clients and in
// Examples/Sources/Recipes.

import RetryCore

struct ByteBuffer: Sendable {}

struct NIOTooManyBytesError: Error {}

struct TimeAmount: Sendable {
    init(_ duration: Duration) {}
    static func seconds(_ seconds: Int64) -> TimeAmount { TimeAmount(.seconds(seconds)) }
}

struct HTTPHeaders: Sendable {
    func first(name: String) -> String? { nil }
    func contains(name: String) -> Bool { false }
}

struct HTTPMethod: Sendable {
    let rawValue: String
}

struct HTTPStatusOfResponse: Sendable {
    let code: UInt
}

struct HTTPClientResponse: Sendable {
    struct Body: Sendable {
        func collect(upTo limit: Int) async throws -> ByteBuffer { ByteBuffer() }
    }

    let status: HTTPStatusOfResponse
    let headers: HTTPHeaders
    let history: [Int]
    let body = Body()
}

struct HTTPClientRequest: Sendable {
    struct Body: Sendable {
        static func bytes(_ bytes: ByteBuffer) -> Body { Body() }
        func collect(upTo limit: Int) async throws -> ByteBuffer { ByteBuffer() }
    }

    let url: String
    var method = HTTPMethod(rawValue: "GET")
    var headers = HTTPHeaders()
    var body: Body?

    init(url: String) { self.url = url }
}

struct HTTPClient: Sendable {
    struct Configuration: Sendable {
        struct RedirectConfiguration: Sendable {
            static let disallow = RedirectConfiguration()
        }
        struct ConnectionPool: Sendable {
            var retryConnectionEstablishment = true
        }
        var redirectConfiguration = RedirectConfiguration()
        var connectionPool = ConnectionPool()
    }
    let configuration: Configuration
    func execute(_ request: HTTPClientRequest, timeout: TimeAmount) async throws -> HTTPClientResponse {
        HTTPClientResponse(status: HTTPStatusOfResponse(code: 200), headers: HTTPHeaders(), history: [])
    }
}
