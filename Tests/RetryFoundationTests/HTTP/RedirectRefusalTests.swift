import Foundation
import RetryFoundation
import Testing

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

@Suite("A session that refuses redirects", .timeLimit(.minutes(20)))
struct RedirectRefusalTests {
    @Test func theRequestEndsWithTheRedirectItself() async throws {
        let url = try #require(URL(string: "http://host/"))
        let response = try #require(HTTPURLResponse(url: url, statusCode: 303, httpVersion: nil, headerFields: nil))
        let delegate = RedirectRefusal()
        let session = URLSession(configuration: .ephemeral, delegate: delegate, delegateQueue: nil)
        defer { session.invalidateAndCancel() }
        await confirmation { isAsked in
            delegate.urlSession(
                session, task: session.dataTask(with: url), willPerformHTTPRedirection: response,
                newRequest: URLRequest(url: url)
            ) { request in
                #expect(request == nil)
                isAsked()
            }
        }
    }
}
