import HTTPTypes
import Hummingbird
import NIOCore

/// A scripted HTTP server that misbehaves, on a free port of this machine's loopback address.
package struct Upstream: Sendable {
    /// The answers of each path, request by request; the last answer repeats.
    package typealias Script = [String: [Answer]]

    private let port: Int
    private let visits: Visits

    /// Starts a server, runs `body`, and stops the server.
    package static func run<Result>(
        _ script: Script, _ body: (Upstream) async throws -> Result
    ) async throws -> Result {
        let visits = Visits(script: script)
        return try await LocalServer.run { request, _ in
            let question = try await Question(request)
            return try await visits.answer(to: question.path).response(to: question)
        } body: { port in
            try await body(Upstream(port: port, visits: visits))
        }
    }

    /// Returns the address of a path.
    package func url(_ path: String) -> String {
        "http://127.0.0.1:\(port)\(path)"
    }

    /// Returns the arrival times of the requests for a path.
    package func arrivals(at path: String) async -> [ContinuousClock.Instant] {
        await visits.arrivals[path] ?? []
    }

    /// Waits until a path is requested, but no longer than some seconds.
    package func waitForRequest(at path: String) async throws {
        for _ in 1...200 {
            if await !arrivals(at: path).isEmpty { return }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// The number of all requests.
    package var requestCount: Int {
        get async { await visits.arrivals.values.map(\.count).reduce(0, +) }
    }
}

extension Upstream {
    /// A client's request.
    package struct Question: Sendable {
        package let path: String
        package let body: String
        private let headers: HTTPFields

        fileprivate init(_ request: Request) async throws {
            path = request.uri.path
            headers = request.headers
            body = String(buffer: try await request.body.collect(upTo: 1 << 20))
        }

        /// Returns a header, or `nil` if it was not sent.
        package func header(_ name: String) -> String? {
            HTTPField.Name(name).flatMap { headers[$0] }
        }
    }
}

/// The visits so far, and the next answers.
private actor Visits {
    private let script: Upstream.Script
    private(set) var arrivals: [String: [ContinuousClock.Instant]] = [:]

    init(script: Upstream.Script) { self.script = script }

    func answer(to path: String) -> Upstream.Answer {
        let number = arrivals[path]?.count ?? 0
        arrivals[path, default: []].append(.now)
        guard let answers = script[path], let last = answers.last else { return .status(404) }
        return number < answers.count ? answers[number] : last
    }
}
