import Hummingbird
import NIOCore
import SharedHTTP

/// The queue and the ledger over HTTP, on a free port of this machine's loopback address.
struct Site: Sendable {
    let queue: OrderQueue
    let ledger = Ledger()

    /// Serves while `body` runs, which receives the address.
    func serve<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        try await LocalServer.run { request, _ in
            switch request.uri.path {
            case "/orders/next": try await nextOrder(request)
            case "/payments": try await payment(request)
            case "/inquiries": try await inquiry(request)
            default: Response(status: .notFound)
            }
        } body: { port in
            try await body("http://127.0.0.1:\(port)")
        }
    }

    /// Takes a report if there is one, and hands out an order.
    private func nextOrder(_ request: Request) async throws -> Response {
        let parameters = request.uri.queryParameters
        if let order = parameters.get("done", as: Int.self) {
            await queue.finished(order, isReplay: parameters.get("replay") == "true")
        }
        if await queue.isDone { return text("over") }
        return text(await queue.next().map(String.init) ?? "wait")
    }

    private func payment(_ request: Request) async throws -> Response {
        // It takes a moment before the payment, and another one after it: the client can be gone at any point.
        try await Task.sleep(for: .milliseconds(.random(in: 1...4)))
        let reply = await ledger.pay(try ledgerRequest(request))
        try await Task.sleep(for: .milliseconds(.random(in: 1...4)))
        switch reply {
        case .receipt(let receipt): return text(receipt)
        case .busy: return Response(status: .tooManyRequests)
        case .tooLate: return Response(status: .conflict)
        case .dropped:
            // An error within a body makes Hummingbird close the connection.
            return Response(status: .ok, body: ResponseBody(contentLength: 20) { _ in throw Dropped() })
        }
    }

    private func inquiry(_ request: Request) async throws -> Response {
        text(await ledger.inquire(try ledgerRequest(request)) ?? "")
    }

    private func ledgerRequest(_ request: Request) throws -> Ledger.Request {
        let parameters = request.uri.queryParameters
        return Ledger.Request(
            order: try parameters.require("order", as: Int.self), token: try parameters.require("token"))
    }

    private func text(_ text: String) -> Response {
        Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

private struct Dropped: Error {}
