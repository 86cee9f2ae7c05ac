import RetryAsync
import Synchronization

/// The server's behaviour: each path misbehaves in its own way.
final class Shop: Sendable {
    private struct State {
        var requests: [String: [ContinuousClock.Instant]] = [:]
        /// The receipts of each order; one that was paid twice has two.
        var payments: [Int: [String]] = [:]
        var keys: [String: String] = [:]
    }

    private let state = Mutex(State())

    /// Returns the arrival times of the requests of a path.
    func requestTimes(of path: String) -> [ContinuousClock.Instant] {
        state.withLock { $0.requests[path] ?? [] }
    }

    /// Returns the receipts of an order.
    func payments(of order: Int) -> [String] {
        state.withLock { $0.payments[order] ?? [] }
    }

    /// Decides the answer to a request.
    func answer(_ request: HTTPServer.Request) -> HTTPServer.Answer {
        state.withLock { state in
            state.requests[request.path, default: []].append(.now)
            let number = state.requests[request.path]?.count ?? 1
            let parts = request.path.split(separator: "/")
            guard parts.count == 2, let order = Int(parts[1]) else { return Self.answer(request.path, number) }
            if parts[0] == "receipts" { return .text(state.payments[order]?.last ?? "none") }
            let receipt = Self.pay(order, key: request.headers["idempotency-key"], &state)
            // The first receipt of every order gets lost on the way.
            return number == 1 ? .hangUp : .text(receipt)
        }
    }

    /// Returns the answer to the request of a path that has this number.
    private static func answer(_ path: String, _ number: Int) -> HTTPServer.Answer {
        switch path {
        case "/menu":
            let answers: [HTTPServer.Answer] = [
                .status(503), .hangUp, .status(429, ["Retry-After": "1"]), .text("soup of the day"),
            ]
            return answers[min(number, answers.count) - 1]
        case "/bread": return number == 1 ? .late(.seconds(10)) : .text("rye")
        case "/table": return .status(429, ["Retry-After": "30"])
        case "/orders": return number <= 3 ? .status(503) : .text("3 orders")
        case "/soup", "/tea": return .status(503)
        default: return .status(404)
        }
    }

    /// Pays, unless a payment with the same key was made before.
    private static func pay(_ order: Int, key: String?, _ state: inout State) -> String {
        if let key, let receipt = state.keys[key] { return receipt }
        let number = 1 + state.payments.values.reduce(0) { $0 + $1.count }
        let receipt = "receipt no. \(number)"
        state.payments[order, default: []].append(receipt)
        if let key { state.keys[key] = receipt }
        return receipt
    }
}
