import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RetryAsync
import RetryFoundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// A client that pays, used as its documentation shows.
enum PayingClient: String, Sendable, CaseIterable, CustomStringConvertible {
    case urlSession
    case urlSessionWithoutRedirects
    case asyncHTTPClient
    case asyncHTTPClientWithoutRedirects

    /// The clients that follow no redirect.
    static let withoutRedirects: [PayingClient] = [.urlSessionWithoutRedirects, .asyncHTTPClientWithoutRedirects]

    var description: String { rawValue }

    /// True for URLSession, with redirects or without.
    var isURLSession: Bool { self == .urlSession || self == .urlSessionWithoutRedirects }

    /// True for a client that follows redirects.
    var followsRedirects: Bool { !Self.withoutRedirects.contains(self) }

    /// The gate's setting for this client.
    var redirects: ClientRedirects { followsRedirects ? .mayBeFollowed : .notFollowed }

    /// Runs `body` with a function that pays at an address, and shuts the client down.
    func run<Result>(_ body: (@escaping Pay) async throws -> Result) async throws -> Result {
        switch self {
        case .urlSession, .urlSessionWithoutRedirects:
            let session = URLSession(
                configuration: .ephemeral, delegate: followsRedirects ? nil : RedirectRefusal(), delegateQueue: nil)
            defer { session.finishTasksAndInvalidate() }
            return try await body { try await pay($0, $1, by: session) }
        case .asyncHTTPClient, .asyncHTTPClientWithoutRedirects:
            var configuration = HTTPClient.Configuration()
            // Everything else is as it comes. With this, a refused connection is tried for ten seconds, and then
            // refused.
            configuration.connectionPool.retryConnectionEstablishment = false
            if !followsRedirects { configuration.redirectConfiguration = .disallow }
            let client = HTTPClient(configuration: configuration)
            do {
                let result = try await body { try await pay($0, $1, by: client) }
                try await client.shutdown()
                return result
            } catch {
                try await client.shutdown()
                throw error
            }
        }
    }

    /// Pays at an address with a key, and returns the answer's body.
    typealias Pay = @Sendable (_ url: String, _ key: String) async throws -> String
}

/// The size of a payment: more than any buffer holds, so that a connection can break in the midst of it.
private let paymentSize = 1 << 23

private func pay(_ url: String, _ key: String, by session: URLSession) async throws -> String {
    guard let url = URL(string: url) else { throw PermanentError("no URL") }
    var request = URLRequest(url: url)
    request.httpMethod = "POST"
    request.setValue(key, forHTTPHeaderField: "Idempotency-Key")
    request.httpBody = Data(repeating: 0x61, count: paymentSize)
    let (data, response) = try await session.data(for: request)
    let status = (response as? HTTPURLResponse)?.statusCode
    guard let status, (200..<300).contains(status) else {
        throw HTTPFailure(statusCode: status, retryHint: (response as? HTTPURLResponse)?.retryHint)
    }
    return String(decoding: data, as: UTF8.self)
}

private func pay(_ url: String, _ key: String, by client: HTTPClient) async throws -> String {
    var request = HTTPClientRequest(url: url)
    request.method = .POST
    request.headers.add(name: "Idempotency-Key", value: key)
    request.body = .bytes(ByteBuffer(repeating: 0x61, count: paymentSize))
    let response = try await client.execute(request, deadline: .distantFuture)
    guard (200..<300).contains(response.status.code) else { throw ResponseError(response) }
    return String(buffer: try await response.body.collect(upTo: 1 << 20))
}
