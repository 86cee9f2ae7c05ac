import AsyncHTTPClient
import Benchmark
import GRPCCore
import RetryAsync

func classificationRows() -> [Row] {
    let known: [any Error] = [TransientError(), ServerSideError(), NotNow(), RateLimitError(retryAfter: .seconds(2))]
    return [
        Row("the class of an HTTP status", bar: .nanoseconds(10), mallocs: 0) { count in
            for index in 0..<count { blackHole(HTTPStatusTable.errorClass(200 + index & 255)) }
        },
        Row("an error by the default classifier", bar: .nanoseconds(300), mallocs: 0) { count in
            for index in 0..<count { blackHole(ErrorClassifier.default.classification(of: known[index % 4])) }
        },
        .classification("an error without evidence, by the default classifier", of: Nameless(), bar: .nanoseconds(300)),
        .classification("a status inside another error", of: Envelope(wrappedError: NotNow()), bar: .nanoseconds(300)),
        // Their descriptions and mirrors allocate.
        .classification("a known client's error, by its description", of: HTTPClientError(), mallocs: .shown),
        .classification("a known client's error, by its mirror", of: RPCError(), mallocs: .shown),
    ]
}

extension Row {
    /// Declares a row of what the default classifier takes for an error, once it has seen one of that type.
    fileprivate static func classification(
        _ name: String, of error: any Error, bar: Bar = .shown, mallocs: MallocBar = 0
    ) -> Row {
        Row(name, bar: bar, mallocs: mallocs) { count in
            for _ in 0..<count { blackHole(ErrorClassifier.default.classification(of: error)) }
        }
    }
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
                for try await element in RetryingSequence(.api, make: { Numbers(count: count) }) {
                    sum &+= element
                }
                blackHole(sum)
            }),
        Row(
            "a sequence that can be resumed, per element", bar: .nanosecondsAboveLoop(15), mallocs: .aboveLoop(0),
            loop: bare,
            batch: { count in
                let sequence = RetryingSequence(
                    .api, position: { (element: Int, _: Int?) in element }, make: { _ in Numbers(count: count) })
                var sum = 0
                for try await element in sequence { sum &+= element }
                blackHole(sum)
            }),
    ]
}

private struct Nameless: Error {}

private struct Envelope: WrappingError {
    let wrappedError: (any Error)?
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
