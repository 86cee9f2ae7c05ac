import RetryAsync

struct Unavailable: StatusCodeError {
    var statusCode: Int? { 503 }
}

/// An actor whose state an operation changes while it is retried.
actor Service {
    private var calls = 0

    func call() async throws -> Int {
        try await retry(policy: .fast.backoff(.none)) {
            calls += 1
            if calls == 1 { throw Unavailable() }
            return calls
        }
    }
}

@main
struct AsyncClient {
    static func main() async throws {
        let calls = try await Service().call()
        precondition(calls == 2, "the second attempt succeeds on the actor")

        var blocking = 0
        try retryBlocking(policy: .api) { blocking += 1 }
        precondition(blocking == 1, "RetryCore comes with RetryAsync")

        // The client holds a value of RetryCore's itself, with the layout that it was compiled for.
        var states = [RetryStateMachine](repeating: RetryStateMachine(policy: .api), count: 100)
        var generator = RetryRandomSource.seeded(7)
        for index in states.indices {
            let decision = states[index].attemptFailed(.serverError, elapsed: .zero, using: &generator)
            precondition(decision != .stop(.attemptsExhausted) && states[index].attempt == 1, "a retry follows")
        }
        print("AsyncClient: ok")
    }
}
