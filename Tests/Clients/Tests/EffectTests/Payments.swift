import Faults
import RetryAsync

/// Two payments with the same key, one after the other.
struct Payments {
    /// The number of payments that the server made.
    let effects: Int
    /// The results of the two calls.
    let results: [Result<String, any Error>]
    /// The record in the store after both.
    let state: EffectRecord.State?

    /// Pays twice with one key, and with the settings that come by themselves.
    ///
    /// - Parameters:
    ///   - server: Is paid.
    ///   - client: Pays.
    ///   - onRetry: Is called between two attempts, and between the callers.
    /// - Throws: What keeps the client from being shut down.
    init(
        at server: PaymentServer, by client: PayingClient, onRetry: @escaping @Sendable () -> Void = {}
    ) async throws {
        let store = InMemoryEffectStore()
        let gate = EffectGate(
            RetryPipeline(policy: .patient).onRetry({ _ in onRetry() }), store: store,
            policy: EffectGatePolicy(redirects: client.redirects))
        results = try await client.run { pay in
            var results: [Result<String, any Error>] = []
            for _ in 1...2 {
                do {
                    let paid = try await gate.once("order-1") { try await pay(server.url, $0.key) }
                    results.append(.success(paid.value))
                } catch {
                    results.append(.failure(error))
                }
                onRetry()
            }
            return results
        }
        let id = try ActionID("order-1")
        state = store.record(for: id)?.state
        effects = server.effects(id.idempotencyKey)
    }

    /// True if the payment was made, and the store has it as failed or not at all.
    var isForgotten: Bool {
        switch state {
        case .failed, nil: effects > 0
        default: false
        }
    }
}

extension RetryPolicy {
    /// The preset for APIs, without its waits.
    fileprivate static var patient: RetryPolicy { .api.backoff(.none).backoff(.none, for: .rateLimit) }
}
