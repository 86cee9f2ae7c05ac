import Hummingbird
import Logging
import NIOCore

/// An HTTP server that misbehaves as it is told, on a free port of this machine's loopback address.
package struct Upstream: Sendable {
    /// What each path answers, request by request; the last answer repeats.
    package typealias Script = [String: [Answer]]

    private let port: Int
    private let visits: Visits

    /// Starts a server, runs `body`, and stops the server.
    package static func run<Result>(
        _ script: Script, _ body: (Upstream) async throws -> Result
    ) async throws -> Result {
        let visits = Visits(script: script)
        let (ports, listensOn) = AsyncStream.makeStream(of: Int.self)
        let server = Application(
            responder: CallbackResponder<BasicRequestContext> { request, _ in
                await visits.answer(to: request.uri.path).response
            },
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in listensOn.yield(channel.localAddress?.port ?? 0) },
            logger: Logger(label: "upstream") { _ in SwiftLogNoOpLogHandler() }
        )
        // This task is cancelled and awaited when the function returns or throws.
        async let serving: Void = {
            defer { listensOn.finish() }
            try await server.run()
        }()
        guard let port = await ports.first(where: { _ in true }) else {
            // It could not start, and the error says why; it has none if this task was cancelled.
            try await serving
            throw CancellationError()
        }
        return try await body(Upstream(port: port, visits: visits))
    }

    /// Returns the address of a path.
    package func url(_ path: String) -> String {
        "http://127.0.0.1:\(port)\(path)"
    }

    /// Returns when the requests for a path arrived.
    package func arrivals(at path: String) async -> [ContinuousClock.Instant] {
        await visits.arrivals[path] ?? []
    }

    /// Waits until a path is asked for, but no longer than some seconds.
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

/// Who came when, and what comes next.
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
