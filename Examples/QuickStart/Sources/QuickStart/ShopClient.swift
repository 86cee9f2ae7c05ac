import Dispatch
import RetryAsync

/// An answer that is not a success.
///
/// The library reads the status, and the server's hint. Such an error needs no classifier.
struct HTTPError: StatusCodeError, CustomStringConvertible {
    let status: Int
    let headers: [String: String]

    var statusCode: Int? { status }
    var retryHint: RetryHint? { RateLimitHeaders.hint(status: status, headers: headers) }
    var description: String { "\(status) \(HTTPServer.reasons[status] ?? "")" }
}

/// A connection that ended before the answer did.
struct ConnectionLost: SelfClassifyingError, CustomStringConvertible {
    var classification: ErrorClassification { .transient }
    var description: String { "connection lost" }
}

/// A client of the shop: a request for each call, and errors that say what happened.
struct ShopClient: Sendable {
    let port: UInt16

    func get(_ path: String) async throws -> String {
        try await send("GET", path)
    }

    /// Pays an order; the shop deduplicates payments that have a key.
    func pay(_ order: Int, key: String? = nil) async throws -> String {
        try await send("POST", "/pay/\(order)", key.map { ["Idempotency-Key": $0] } ?? [:])
    }

    /// Returns the receipt of an order that has been paid.
    func receipt(of order: Int) async throws -> String {
        try await get("/receipts/\(order)")
    }

    /// Sends a request on a connection of its own, on a thread that may block.
    private func send(_ method: String, _ path: String, _ headers: [String: String] = [:]) async throws -> String {
        let socket = try Socket()
        let message = HTTPMessage("\(method) \(path) HTTP/1.1", headers: headers.merging(["Host": "localhost"]) { $1 })
        do {
            return try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    DispatchQueue(label: "request").async {
                        continuation.resume(with: Result { try exchange(message, on: socket) })
                    }
                }
            } onCancel: {
                socket.interrupt()
            }
        } catch {
            // The connection was lost because the task was cancelled.
            try Task.checkCancellation()
            throw error
        }
    }

    private func exchange(_ request: HTTPMessage, on socket: Socket) throws -> String {
        try socket.connect(to: port)
        try socket.write(request.text)
        guard let answer = HTTPMessage(try socket.readToEnd()), let status = answer.status else {
            throw ConnectionLost()
        }
        guard status == 200 else { throw HTTPError(status: status, headers: answer.headers) }
        return answer.body
    }
}
