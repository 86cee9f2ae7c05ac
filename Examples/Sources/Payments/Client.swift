import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import RetryAsync
import SharedHTTP

/// Pays orders, eight at a time, until the queue is empty.
struct Client: Sendable {
    let http: HTTPClient
    let site: String
    let kind: StoreKind
    let store: any EffectStore
    /// The run of the program that the orders belong to, and the life of the client.
    let run: String
    let life: Int

    func work() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 1...8 { group.addTask { try await payOrders() } }
            try await group.waitForAll()
        }
    }

    private func payOrders() async throws {
        var report = ""
        while true {
            let next = try await ask("/orders/next" + report)
            report = ""
            if next == "over" { return }
            guard let order = Int(next) else {
                try await Task.sleep(for: .milliseconds(20))
                continue
            }
            if let isReplay = try await pay(order) { report = "?done=\(order)&replay=\(isReplay)" }
        }
    }

    /// Pays an order, or finds that it has been paid.
    ///
    /// - Returns: `true` if it had been paid before; `nil` if it is to be handed out again.
    private func pay(_ order: Int) async throws -> Bool? {
        do {
            let gate = EffectGate(
                RetryPipeline(policy: .payments), store: store,
                policy: EffectGatePolicy(redirects: .notFollowed, lease: .seconds(1)))
            return try await gate.once("\(run)/order-\(order)", as: .utf8) { effect in
                try await post("/payments" + query(order, effect.token))
            }.isReplay
        } catch EffectError.indeterminate(let id, let token, _, _, _) {
            try await findOut(order, id, token)
            return nil
        } catch EffectError.inProgress, EffectError.fenced {
            // The owner is gone and its lease is not over yet, or the order was reconciled in the meantime.
            return nil
        } catch let error as HTTPError where error.status == .tooManyRequests {
            return nil
        }
    }

    /// Reconciles an order with an unknown outcome: asks the ledger, and records the answer in the store.
    private func findOut(_ order: Int, _ id: ActionID, _ token: FencingToken) async throws {
        let receipt = try await ask("/inquiries" + query(order, token))
        let verdict: EffectVerdict = receipt.isEmpty ? .didNotHappen : .happened(Array(receipt.utf8))
        _ = try await store.reconcile(id, expectedToken: token, verdict: verdict)
    }

    /// Returns the query; a store in memory restarts its tokens in every life of the client, so the life is part of it.
    private func query(_ order: Int, _ token: FencingToken) -> String {
        "?order=\(order)&token=\(kind.isDurable ? "" : "\(life).")\(token)"
    }

    /// Sends an idempotent request.
    private func ask(_ path: String) async throws -> String {
        try await retry(policy: .fast) { try await post(path) }
    }

    private func post(_ path: String) async throws -> String {
        var request = HTTPClientRequest(url: site + path)
        request.method = .POST
        let response = try await http.execute(request, deadline: .distantFuture)
        let body = try await response.body.collect(upTo: 1_024)
        guard response.status == .ok else { throw HTTPError(response) }
        return String(buffer: body)
    }
}

extension RetryPolicy {
    /// For payments on the same machine: short waits.
    fileprivate static let payments = RetryPolicy(
        maxAttempts: 5, backoff: .exponential(initial: .milliseconds(5), cap: .milliseconds(100)),
        attemptTimeout: .milliseconds(500))
}
