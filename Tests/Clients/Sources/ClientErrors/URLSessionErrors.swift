import Faults
import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

extension Provocation {
    static var urlSession: [Provocation] { connecting + breaking + requests + redirects + ending }

    private static func url(_ name: String, _ run: @escaping @Sendable () async throws -> Void) -> Provocation {
        Provocation("URLSession", name, run)
    }

    private static var connecting: [Provocation] {
        [
            url("connection refused") { try await get(try RefusingPort().url()) },
            url("unknown host") { try await get("http://nonexistent.invalid/") },
            url("connect timeout") {
                let port = try FullPort()
                try await get(port.url(), seconds: 1)
                withExtendedLifetime(port) {}
            },
            url("TLS to a server without") {
                let server = try FaultyServer { connection in
                    connection.write("this is no TLS\r\n\r\n")
                    connection.waitForClient()
                }
                defer { server.stop() }
                try await get("https://127.0.0.1:\(server.port)/")
            },
            url("self-signed certificate") { try await TLSServer.with(.selfSigned) { try await get($0.url()) } },
            url("expired certificate") { try await TLSServer.with(.expired) { try await get($0.url()) } },
            url("certificate of another host") {
                try await TLSServer.with(.otherHost) { try await get($0.url()) }
            },
        ]
    }

    private static var breaking: [Provocation] {
        [
            url("reset before the request is read") { try await get(from: .resetsUnread) },
            url("closed before the reply") { try await get(from: .closesBeforeReply) },
            url("reset before the reply") { try await get(from: .resetsBeforeReply) },
            // Closed in the header is left out: FoundationNetworking of Swift 6.3.1 ends the process.
            url("closed in the body") { try await get(from: .closesInBody) },
            url("reset in the body") { try await get(from: .resetsInBody) },
            url("closed in a chunk") { try await get(from: .closesInChunk) },
            url("not HTTP") { try await get(from: .answersGarbage) },
            // The timeouts of FoundationNetworking are whole seconds.
            url("request timeout before the reply") { try await get(from: .neverAnswers, seconds: 1) },
            url("request timeout in the body") { try await get(from: .stallsInBody, seconds: 1) },
        ]
    }

    private static var requests: [Provocation] {
        [
            url("unsupported scheme") { try await get("redis://127.0.0.1/") },
            url("URL without a scheme") { try await get("example.com/path") },
            url("URL without a host") { try await get("http:///path") },
            url("no such file") { try await get("file:///nonexistent") },
        ]
    }

    private static var redirects: [Provocation] {
        [
            url("redirect cycle") { try await get(from: .answers(.redirect(302, to: "/"))) },
            url("redirected to a host that refuses") {
                let port = try RefusingPort()
                try await get(from: .answers(.redirect(303, to: port.url())))
            },
            url("redirected to an unknown host") {
                try await get(from: .answers(.redirect(303, to: "http://nonexistent.invalid/")))
            },
            url("redirected to another scheme") {
                try await get(from: .answers(.redirect(303, to: "redis://127.0.0.1/")))
            },
        ]
    }

    private static var ending: [Provocation] {
        [
            url("task cancelled") { try await whileUnanswered { _, task in task.cancel() } },
            url("session invalidated meanwhile") {
                try await whileUnanswered { session, _ in session.invalidateAndCancel() }
            },
        ]
    }
}

private func get(_ url: String, seconds: Int? = nil) async throws {
    let configuration = URLSessionConfiguration.ephemeral
    if let seconds { configuration.timeoutIntervalForRequest = TimeInterval(seconds) }
    let session = URLSession(configuration: configuration)
    defer { session.finishTasksAndInvalidate() }
    try await get(url, in: session)
}

private func get(_ url: String, in session: URLSession) async throws {
    guard let url = URL(string: url) else { throw Unprovoked() }
    _ = try await session.data(from: url)
}

private func get(from fault: Fault, seconds: Int? = nil) async throws {
    try await FaultyServer.with(fault) { try await get($0.url(), seconds: seconds) }
}

/// Runs `end` while a request waits for its reply, and then throws what the request ended with.
private func whileUnanswered(_ end: (URLSession, Task<Void, any Error>) -> Void) async throws {
    let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
    let server = try FaultyServer { connection in
        guard connection.readRequest() != nil else { return }
        arrival.yield()
        connection.waitForClient()
    }
    defer { server.stop() }
    let session = URLSession(configuration: .ephemeral)
    defer { session.finishTasksAndInvalidate() }
    let task = Task { try await get(server.url(), in: session) }
    _ = await arrivals.first { _ in true }
    end(session, task)
    try await task.value
}
