import RetryAsync
import Shared
import Synchronization

/// A guard of one's own, in every form of a call.
///
/// ```sh
/// swift run --package-path Examples OwnGuard
/// ```
///
/// 60 calls at once through each asynchronous form meet a service that fails every fourth attempt. The guard rejects
/// those above five at a time, and the policy waits for them. It exits non-zero unless every call succeeds, and never
/// more than five attempts run at the same time.
@main
struct OwnGuard {
    static func main() async throws {
        let service = Service()
        let users = RetryPipeline("users", policy: RetryPolicy(maxAttempts: 20, backoff: .constant(.milliseconds(2))))
            .whenRejected(.wait)
            .retries(nil, for: .unknown)
            .guarded(by: ConcurrencyLimit(5))

        try await atOnce("retry", service) { _ in _ = try await retry(users) { try await service.call() } }
        try await atOnce("sequence", service) { _ in
            for try await _ in RetryingSequence(users, make: { try await service.stream() }) {}
        }
        let gate = EffectGate(users, store: InMemoryEffectStore(), receiver: .deduplicates)
        try await atOnce("once", service) { number in
            _ = try await gate.once("call-\(number)") { _ in "\(try await service.call())" }
        }
        try await atOnce("manual loop", service) { _ in
            let context = try RetryContext(users)
            while true {
                try await context.next()
                do {
                    try await service.call()
                    return context.succeeded()
                } catch {
                    context.failed(error)
                }
            }
        }

        // Blocking calls, whose one thread is one call at a time.
        let limit = ConcurrencyLimit(0)
        do {
            _ = try retryBlocking(.fast.guarded(by: limit)) { 7 }
            fatalError("a limit of zero admitted a call")
        } catch let error as TooManyCalls {
            print("blocking     rejected: \(error)")
        }
    }

    /// Makes 60 calls at once.
    private static func atOnce(
        _ form: String, _ service: Service, _ call: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        service.reset()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<60 { group.addTask { try await call(number) } }
            try await group.waitForAll()
        }
        let (attempts, most) = service.counts
        print("\(form.padded(to: 12)) 60 calls, \(attempts) attempts, at most \(most) at a time")
        guard most <= 5 else { fatalError("the guard admitted \(most) attempts at a time") }
    }
}

/// A service that fails every fourth attempt, and counts the attempts at the same time.
final class Service: Sendable {
    private let attempts = Atomic(0)
    private let running = Atomic(0)
    private let most = Atomic(0)

    struct Failure: Error {}

    var counts: (attempts: Int, most: Int) {
        (attempts.load(ordering: .relaxed), most.load(ordering: .relaxed))
    }

    func reset() {
        attempts.store(0, ordering: .relaxed)
        most.store(0, ordering: .relaxed)
    }

    @discardableResult
    func call() async throws -> Int {
        let number = attempts.add(1, ordering: .relaxed).newValue
        most.max(running.add(1, ordering: .relaxed).newValue, ordering: .relaxed)
        defer { running.subtract(1, ordering: .relaxed) }
        try await Task.sleep(for: .milliseconds(1))
        if number.isMultiple(of: 4) { throw Failure() }
        return number
    }

    func stream() async throws -> AsyncStream<Int> {
        let number = try await call()
        return AsyncStream { continuation in
            continuation.yield(number)
            continuation.finish()
        }
    }
}

extension String {
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
