import Benchmark
import RetryAsync

func classificationRows() -> [Row] {
    let known: [any Error] = [TransientError(), ServerError(), NotNow(), RateLimitError(retryAfter: .seconds(2))]
    return [
        Row("the class of an HTTP status", bar: .nanoseconds(10), mallocs: 0) { count in
            for index in 0..<count { blackHole(HTTPStatus.errorClass(200 + index & 255)) }
        },
        Row("an error by the default classifier", bar: .nanoseconds(300), mallocs: 0) { count in
            for index in 0..<count { blackHole(ErrorClassifier.default.classification(of: known[index % 4])) }
        },
    ]
}

func sequenceRows() -> [Row] {
    let bare: Row.Batch = { count in
        var sum = 0
        for try await element in Numbers(count: count) { sum &+= element }
        blackHole(sum)
    }
    return [
        Row(
            "a sequence, per element", bar: .nanosecondsAboveLoop(15), mallocs: .aboveLoop(0), loop: bare,
            batch: { count in
                var sum = 0
                for try await element in RetryingSequence(policy: .api, make: { Numbers(count: count) }) {
                    sum &+= element
                }
                blackHole(sum)
            }),
        Row(
            "a sequence that can be resumed, per element", bar: .nanosecondsAboveLoop(15), mallocs: .aboveLoop(0),
            loop: bare,
            batch: { count in
                let sequence = RetryingSequence(
                    policy: .api, position: { (element: Int, _: Int?) in element },
                    make: { _ in Numbers(count: count) })
                var sum = 0
                for try await element in sequence { sum &+= element }
                blackHole(sum)
            }),
    ]
}

private struct NotNow: StatusCodeError {
    var statusCode: Int? { 503 }
}

/// A source that costs next to nothing.
private struct Numbers: AsyncSequence, Sendable {
    typealias Element = Int
    typealias Failure = any Error

    let count: Int

    struct Iterator: AsyncIteratorProtocol {
        var last = 0
        let count: Int

        @inline(never)
        mutating func next(isolation actor: isolated (any Actor)?) async throws -> Int? {
            last += 1
            return last <= count ? last : nil
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(count: count) }
}
