// Stand-ins for the parts of swift-http-types and swift-openapi-runtime that snippets name.

import Foundation

struct HTTPField {
    struct Name: Sendable {
        init?(_ name: String) { nil }
        static var idempotencyKey: Name? { nil }
    }
}

struct HTTPFields: Sendable {
    subscript(name: HTTPField.Name?) -> String? { nil }
}

struct HTTPRequest: Sendable {
    struct Method: Sendable {
        let rawValue: String
    }
    let method: Method
    let headerFields = HTTPFields()
}

struct HTTPResponse: Sendable {
    struct Status: Sendable {
        let code: Int
    }
    let status: Status
    let headerFields = HTTPFields()
}

final class HTTPBody: Sendable {
    enum IterationBehavior: Sendable { case single, multiple }
    let iterationBehavior = IterationBehavior.multiple
}

protocol ClientMiddleware: Sendable {
    func intercept(
        _ request: HTTPRequest, body: HTTPBody?, baseURL: URL, operationID: String,
        next: @Sendable (HTTPRequest, HTTPBody?, URL) async throws -> (HTTPResponse, HTTPBody?)
    ) async throws -> (HTTPResponse, HTTPBody?)
}

func isIdempotent(_ method: String) -> Bool { method != "POST" && method != "PATCH" }
