// A client as most are today: it turns on no upcoming feature, so that its async functions leave their caller's actor.

import RetryAsync

/// Calls an operation through the library.
@Sendable
public func firstTry(_ count: Int) async throws {
    let upstream = Upstream(answer: count)
    for _ in 0..<count { _ = try await throughLibrary(upstream) }
}

/// Calls the same operation in a handwritten loop.
@Sendable
public func firstTryByHand(_ count: Int) async throws {
    let upstream = Upstream(answer: count)
    for _ in 0..<count { _ = try await byHand(upstream) }
}

@inline(never)
private func throughLibrary(_ upstream: Upstream) async throws -> Int {
    try await retry { try await upstream.call() }
}

@inline(never)
private func byHand(_ upstream: Upstream) async throws -> Int {
    for attempt in 1...3 {
        do {
            return try await upstream.call()
        } catch {
            if attempt == 3 || Task.isCancelled { throw error }
        }
    }
    throw CancellationError()
}

private final class Upstream: Sendable {
    private let answer: Int

    init(answer: Int) {
        self.answer = answer
    }

    @inline(never)
    func call() async throws -> Int {
        guard answer > 0 else { throw CancellationError() }
        return answer
    }
}
