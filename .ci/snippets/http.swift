// An HTTP client of some kind, for snippets about statuses and headers.

import RetryCore

struct Reply: Sendable {
    let status: Int
    let retryAfter: String?
    let body: [UInt8]
}

struct HTTPClient: Sendable {
    func get(_ path: String) async throws -> Reply { Reply(status: 200, retryAfter: nil, body: []) }
}

struct HTTPError: StatusCodeError {
    let statusCode: Int?
}

let http = HTTPClient()
