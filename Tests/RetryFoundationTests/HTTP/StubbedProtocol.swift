import Foundation
import RetryCore

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// An answer to a request that never leaves the process.
enum StubbedAnswer: Sendable {
    /// A response with a status, headers and a body, from another URL than the requested one if given.
    case status(Int, [String: String] = [:], body: String = "", from: URL? = nil)
    /// An error of the session.
    case error(URLError.Code)
}

/// The answers to the requests of one test, the last of them repeated, and the requests that came.
final class StubbedServer: Sendable {
    private static let servers = Locked<[String: StubbedServer]>([:])

    let url: URL
    private let answers: Locked<[StubbedAnswer]>
    private let received = Locked<[URLRequest]>([])

    init(_ answers: StubbedAnswer...) {
        self.answers = Locked(answers)
        let host = "\(UUID().uuidString.lowercased()).invalid"
        url = URL(string: "http://\(host)/") ?? URL(fileURLWithPath: "/")
        Self.servers.withLock { $0[host] = self }
    }

    var requests: [URLRequest] { received.withLock { $0 } }

    /// Runs `body` with a session whose requests come here.
    func session<Result>(
        _ delegate: (any URLSessionDelegate)? = nil, _ body: (URLSession) async throws -> Result
    ) async throws -> Result {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.protocolClasses = [StubbedProtocol.self]
        let session = URLSession(configuration: configuration, delegate: delegate, delegateQueue: nil)
        defer { session.finishTasksAndInvalidate() }
        return try await body(session)
    }

    func request(_ method: String, body: String? = nil, _ headers: [String: String] = [:]) -> URLRequest {
        var request = URLRequest(url: url)
        request.httpMethod = method
        request.httpBody = body.map { Data($0.utf8) }
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        return request
    }

    fileprivate static func answer(to request: URLRequest) -> StubbedAnswer? {
        guard let server = servers.withLock({ $0[request.url?.host ?? ""] }) else { return nil }
        server.received.withLock { $0.append(request) }
        return server.answers.withLock { $0.count > 1 ? $0.removeFirst() : $0.first }
    }
}

private final class StubbedProtocol: URLProtocol {
    override class func canInit(with request: URLRequest) -> Bool { true }
    override class func canonicalRequest(for request: URLRequest) -> URLRequest { request }
    override func stopLoading() {}

    override func startLoading() {
        switch StubbedServer.answer(to: request) {
        case .status(let status, let headers, let body, let url):
            guard let url = url ?? request.url,
                let response = HTTPURLResponse(
                    url: url, statusCode: status, httpVersion: "HTTP/1.1", headerFields: headers)
            else { return fail(.badURL) }
            client?.urlProtocol(self, didReceive: response, cacheStoragePolicy: .notAllowed)
            client?.urlProtocol(self, didLoad: Data(body.utf8))
            client?.urlProtocolDidFinishLoading(self)
        case .error(let code):
            fail(code)
        case nil:
            fail(.unknown)
        }
    }

    private func fail(_ code: URLError.Code) {
        client?.urlProtocol(self, didFailWithError: URLError(code))
    }
}
