package import AsyncHTTPClient
import NIOCore
package import NIOHTTP1

extension HTTPClient {
    /// Gets a page, reads all of it, and returns its status.
    ///
    /// There is no timeout here: a policy with an attempt timeout cancels a request that takes too long.
    ///
    /// - Throws: ``HTTPError`` if the answer is not a success, and the client's own errors if there is none.
    package func get(_ url: String) async throws -> HTTPResponseStatus {
        let response = try await execute(HTTPClientRequest(url: url), deadline: .distantFuture)
        for try await _ in response.body {}
        guard (200..<300).contains(response.status.code) else { throw HTTPError(response) }
        return response.status
    }

    /// Gets a page, or posts a text to it, and returns the answer, up to a mebibyte of it.
    ///
    /// - Throws: As ``get(_:)`` does.
    package func text(_ url: String, posting body: String? = nil) async throws -> String {
        var request = HTTPClientRequest(url: url)
        if let body {
            request.method = .POST
            request.body = .bytes(ByteBuffer(string: body))
        }
        let response = try await execute(request, deadline: .distantFuture)
        let answer = try await response.body.collect(upTo: 1 << 20)
        guard (200..<300).contains(response.status.code) else { throw HTTPError(response) }
        return String(buffer: answer)
    }
}

extension HTTPClient.Configuration {
    /// A client that leaves retries to its caller.
    ///
    /// AsyncHTTPClient by itself tries for ten seconds to establish a connection. If two layers retry, their attempts
    /// multiply: let one of them do it.
    package static var withoutOwnRetries: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }

    /// A client that sends each request once: neither retries nor redirects of its own.
    ///
    /// Then a refused connection and a refusing status prove that nothing was executed: give the gate a
    /// policy with `redirects: .notFollowed`.
    package static var withoutOwnRequests: HTTPClient.Configuration {
        var configuration = withoutOwnRetries
        configuration.redirectConfiguration = .disallow
        return configuration
    }
}
