import RetryAsync
import Synchronization

/// Returns the rows for the cost of running an effect once, beside running it.
func gateRows() -> [Row] {
    // A record goes after a millisecond, so that the store does not grow while it is measured.
    let runs = EffectGate(store: InMemoryEffectStore(.init(retention: .milliseconds(1))))
    let replays = EffectGate(store: InMemoryEffectStore())
    let bareCall: Row.Operation = { upstream in try await upstream.call() }
    return [
        Row("once, in memory, that runs", bar: .shown, loop: bareCall) { upstream in
            let order = orders.wrappingAdd(1, ordering: .relaxed).newValue
            return try await runs.once("order-\(order)", as: .bytes) { _ in
                _ = try await upstream.call()
                return receipt
            }.value.count
        },
        Row("once, in memory, that replays", bar: .shown, loop: bareCall) { upstream in
            try await replays.once("order-17", as: .bytes) { _ in
                _ = try await upstream.call()
                return receipt
            }.value.count
        },
    ]
}

private let orders = Atomic(0)
private let receipt = Array("receipt 0123456789".utf8)
