import Benchmark
import RetryAsync

func trackerRows() -> [Row] {
    [
        decisionRow("a tracker's decision at 1,000 live keys", bar: 250, few),
        decisionRow("a tracker's decision at 1,000,000 live keys", bar: 1_000, many),
    ]
}

private let few = LiveKeys(count: 1_000)
private let many = LiveKeys(count: 1_000_000)

/// A tracker with keys that go on failing, and the order in which they do.
private final class LiveKeys: Sendable {
    let tracker: RetryTracker?
    let requests: [String]

    init(count: Int) {
        let endless = ToolRetryConfiguration(base: ToolRetryPolicy(maxRetries: .max))
        let tracker = try? RetryTracker(configuration: endless, ceiling: .max, maximumKeys: count + count / 10)
        let requests = (0..<count).map { "request-\($0)" }.shuffled()
        for request in requests { blackHole(tracker?.record(failure, tool: "search", request: request)) }
        self.tracker = tracker
        self.requests = requests
    }
}

private let failure = ToolResult(isError: true)

private func decisionRow(_ name: String, bar: Double, _ keys: @autoclosure @escaping @Sendable () -> LiveKeys) -> Row {
    Row(name, bar: .nanoseconds(bar), mallocs: 0) { count in
        let keys = keys()
        guard let tracker = keys.tracker else { return }
        // Each batch begins elsewhere: a few keys again and again would lie in the caches of the processor.
        var place = Int.random(in: keys.requests.indices)
        for _ in 0..<count {
            blackHole(tracker.record(failure, tool: "search", request: keys.requests[place]))
            place = place + 1 < keys.requests.count ? place + 1 : 0
        }
    }
}

func classificationRows() -> [Row] {
    let known: [any Error] = [TransientError(), ServerError(), NotNow()]
    return [
        Row("the class of an HTTP status", bar: .nanoseconds(10), mallocs: 0) { count in
            for index in 0..<count { blackHole(HTTPStatus.errorClass(200 + index & 255)) }
        },
        Row("an error by the default classifier", bar: .nanoseconds(300), mallocs: 0) { count in
            for index in 0..<count { blackHole(ErrorClassifier.default.classification(of: known[index % 3])) }
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
