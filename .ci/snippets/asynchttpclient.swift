// Stand-ins for the parts of AsyncHTTPClient that snippets name; the real ones are used in Tests/Clients.

import RetryCore

struct HTTPHeaders: Sendable {
    func first(name: String) -> String? { nil }
}

struct HTTPStatusOfResponse: Sendable {
    let code: UInt
}

struct HTTPClientResponse: Sendable {
    let status: HTTPStatusOfResponse
    let headers: HTTPHeaders
    let history: [Int]
}

struct HTTPClientRequest: Sendable {
    let url: String
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
    func execute(_ request: HTTPClientRequest, timeout: Duration) async throws -> HTTPClientResponse {
        HTTPClientResponse(status: HTTPStatusOfResponse(code: 200), headers: HTTPHeaders(), history: [])
    }
}
