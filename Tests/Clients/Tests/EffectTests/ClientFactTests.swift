import AsyncHTTPClient
import Faults
import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import RetryFoundation
import Testing

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// The behaviour of the clients that the documentation relies on.
@Suite(.timeLimit(.minutes(20)))
struct ClientFactTests {
    // MARK: What is known of redirects

    @Test func aDelegateOfTheSessionIsAskedAboutRedirects() async throws {
        try await PaymentServer.with(.made(.redirect(to: "/page"))) { server in
            let session = URLSession(configuration: .ephemeral, delegate: RedirectRefusal(), delegateQueue: nil)
            defer { session.finishTasksAndInvalidate() }
            let (_, response) = try await session.data(for: try payment(server.url))
            #expect((response as? HTTPURLResponse)?.statusCode == 303)
            #expect(response.url?.absoluteString == server.url)
        }
    }

    @Test func theHistoryOfAResponseHasEveryRedirect() async throws {
        try await PaymentServer.with(.made(.redirect(to: "/page")), pages: ["/page": Answer(404)]) { server in
            let response = try await withHTTPClient { client in
                var request = HTTPClientRequest(url: server.url)
                request.method = .POST
                return try await client.execute(request, deadline: .distantFuture)
            }
            #expect(response.history.map { Int($0.responseHead.status.code) } == [303, 404])
        }
    }

    #if canImport(FoundationNetworking)
    @Test func aDelegateOfTheTaskIsNotAskedAboutRedirects() async throws {
        try await PaymentServer.with(.made(.redirect(to: "/page")), pages: ["/page": Answer(200)]) { server in
            let session = URLSession(configuration: .ephemeral)
            defer { session.finishTasksAndInvalidate() }
            let (_, response) = try await session.data(for: try payment(server.url), delegate: RedirectRefusal())
            #expect((response as? HTTPURLResponse)?.statusCode == 200)
        }
    }

    @Test func theFailingURLIsTheFirstOneAlsoWhereARedirectFailed() async throws {
        let port = try RefusingPort()
        try await PaymentServer.with(.made(.redirect(to: port.url()))) { server in
            let session = URLSession(configuration: .ephemeral)
            defer { session.finishTasksAndInvalidate() }
            let request = try payment(server.url)
            let error = await #expect(throws: URLError.self) { _ = try await session.data(for: request) }
            #expect(error?.code == .cannotConnectToHost)
            #expect(error?.failingURL?.absoluteString == server.url)
        }
        withExtendedLifetime(port) {}
    }

    // MARK: What is sent again

    @Test func aPaymentWithoutABodyIsSentAgainOnANewConnection() async throws {
        let (server, requests) = try serverThatDropsItsFirstPayment()
        defer { server.stop() }
        let session = URLSession(configuration: .ephemeral)
        defer { session.finishTasksAndInvalidate() }
        _ = try await session.data(for: URLRequest(url: try url(server.url("/"))))
        var request = try payment(server.url("/pay"))
        request.httpBody = nil
        _ = try await session.data(for: request)
        #expect(requests.all.map(\.target) == ["/", "/pay", "/pay"])
    }

    // The error of the client's own second request hides that the first one arrived.
    @Test func aPaymentWithoutABodyThatArrivedCanEndAsRefused() async throws {
        let (server, requests) = try serverThatDropsItsFirstPayment(refusesThen: true)
        defer { server.stop() }
        let session = URLSession(configuration: .ephemeral)
        defer { session.finishTasksAndInvalidate() }
        _ = try await session.data(for: URLRequest(url: try url(server.url("/"))))
        var withoutBody = try payment(server.url("/pay"))
        withoutBody.httpBody = nil
        let request = withoutBody
        let error = await #expect(throws: URLError.self) { _ = try await session.data(for: request) }
        #expect(error?.code == .cannotConnectToHost)
        #expect(requests.all.map(\.target) == ["/", "/pay"])
    }
    #endif

    @Test func aStreamedBodyIsEmptyTheSecondTime() async throws {
        let (server, requests) = try recordingServer()
        defer { server.stop() }
        let session = URLSession(configuration: .ephemeral)
        defer { session.finishTasksAndInvalidate() }
        var request = try payment(server.url())
        request.httpBody = nil
        request.httpBodyStream = InputStream(data: Data("body".utf8))
        for _ in 1...2 { _ = try await session.data(for: request) }
        try await withHTTPClient { client in
            var request = HTTPClientRequest(url: server.url())
            request.method = .POST
            let body = AsyncStream { continuation in
                continuation.yield(ByteBuffer(string: "body"))
                continuation.finish()
            }
            request.body = .stream(body, length: .unknown)
            for _ in 1...2 { _ = try await client.execute(request, deadline: .distantFuture).body.collect(upTo: 0) }
        }
        #expect(requests.all.map(\.body.count) == [4, 0, 4, 0])
    }
}

private func url(_ text: String) throws -> URL { try #require(URL(string: text)) }

private func payment(_ text: String) throws -> URLRequest {
    var request = URLRequest(url: try url(text))
    request.httpMethod = "POST"
    request.httpBody = Data("body".utf8)
    return request
}

private func withHTTPClient<Result>(_ body: (HTTPClient) async throws -> Result) async throws -> Result {
    let client = HTTPClient()
    do {
        let result = try await body(client)
        try await client.shutdown()
        return result
    } catch {
        try await client.shutdown()
        throw error
    }
}

/// A server that answers everything with an empty 200, and the requests that it had.
private func recordingServer() throws -> (FaultyServer, Requests) {
    let requests = Requests()
    let server = try FaultyServer { connection in
        while let request = connection.readRequest() {
            requests.append(request)
            connection.write(Answer(200, isKept: true))
        }
    }
    return (server, requests)
}

/// A server as above that closes the connection instead of answering the first request for `/pay`.
///
/// - Parameter refusesThen: Whether it stops listening then.
/// - Returns: The server, and the requests that it had.
/// - Throws: An error of the system.
private func serverThatDropsItsFirstPayment(refusesThen: Bool = false) throws -> (FaultyServer, Requests) {
    let requests = Requests()
    let listener = NIOLockedValueBox<FaultyServer?>(nil)
    let server = try FaultyServer { connection in
        while let request = connection.readRequest() {
            requests.append(request)
            if requests.all.filter({ $0.target == "/pay" }).count == 1, request.target == "/pay" {
                if refusesThen { listener.withLockedValue { $0.take() }?.refuse() }
                return
            }
            connection.write(Answer(200, isKept: true))
        }
    }
    listener.withLockedValue { $0 = refusesThen ? server : nil }
    return (server, requests)
}
