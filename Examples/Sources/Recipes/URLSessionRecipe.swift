import Foundation
import HTTPTypes
import Hummingbird
import RetryFoundation
import Shared
import SharedHTTP

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

// There is no code to copy: the methods are those of RetryFoundation. Their tests use no sockets, and this check does.

extension Recipes {
    func urlSession() async throws {
        begin("URLSession")
        let requests = Notes()
        try await LocalServer.run { request, _ in
            requests.add(request.uri.path)
            let isFirst = requests.all.count { $0 == request.uri.path } == 1
            return switch request.uri.path {
            case "/user": Response(status: isFirst ? .serviceUnavailable : .ok)
            case "/redirected": Response(status: .seeOther, headers: [.location: "/page"])
            case "/limited": Response(status: isFirst ? .tooManyRequests : .created)
            default: Response(status: .tooManyRequests)
            }
        } body: { port in
            let api = RetryPipeline.api.backoff(.constant(.milliseconds(5)))
            let follows = URLSession(configuration: .ephemeral)
            let refuses = URLSession(configuration: .ephemeral, delegate: RedirectRefusal(), delegateQueue: nil)
            defer {
                follows.finishTasksAndInvalidate()
                refuses.finishTasksAndInvalidate()
            }
            func status(_ path: String, _ method: String, by session: URLSession) async throws -> Int? {
                guard let url = URL(string: "http://127.0.0.1:\(port)\(path)") else { return nil }
                var request = URLRequest(url: url)
                request.httpMethod = method
                if method == "POST" { request.httpBody = Data("42".utf8) }
                do {
                    let (_, response) = try await session.data(for: request, retry: api)
                    return (response as? HTTPURLResponse)?.statusCode
                } catch let error as URLResponseError {
                    return error.statusCode
                }
            }

            checks.expect("get", try await status("/user", "GET", by: follows), is: 200)
            checks.expect("redirected payment", try await status("/redirected", "POST", by: follows), is: 429)
            checks.expect("redirect", try await status("/redirected", "POST", by: refuses), is: 303)
            checks.expect("limited payment", try await status("/limited", "POST", by: refuses), is: 201)
            let all = ["/user", "/user", "/redirected", "/page", "/redirected", "/limited", "/limited"]
            checks.expect("requests", requests.all, is: all)
        }
    }
}
