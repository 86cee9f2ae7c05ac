import RetryCore
import RetryTesting

/// Everything around a blocking call, made to be looked at: a manual clock, an observer, a generator, a token.
struct BlockingHarness {
    let policy: RetryPolicy
    let sleeper: ManualSleeper
    let recorder = RecordingRetryObserver()
    let random = DrawCounter()
    let token: RetryCancellationToken
    /// The errors and attempts that `onRetry` received.
    let retries = Locked<[Retry]>([])
    /// The errors that the classifier was asked about.
    let classified = Locked<[String]>([])

    struct Retry: Equatable {
        let error: String
        let attempt: Int
    }

    /// Waits of one second that double, with full jitter whose draws are always the most.
    static let backoff = Backoff.exponential(initial: .seconds(1), cap: .seconds(60))

    init(
        _ policy: RetryPolicy = RetryPolicy(maxAttempts: 3, backoff: backoff),
        token: RetryCancellationToken = RetryCancellationToken(),
        duringSleep: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.policy = policy
        self.token = token
        self.sleeper = ManualSleeper(duringSleep: duringSleep)
    }

    var clock: ManualClock { sleeper.clock }
    var codes: [String] { recorder.codes }
    var sleeps: [Duration] { sleeper.sleeps }

    /// An executor with all of it.
    func executor(retryOn condition: RetryCondition? = nil, onRetry: (@Sendable () -> Void)? = nil) -> BlockingExecutor
    {
        let classifier = ErrorClassifier { [classified] error in
            classified.withLock { $0.append("\(error)") }
            return nil
        }
        return BlockingExecutor(
            RetryPipeline(policy: policy)
                .named("harness")
                .classifier(classifier)
                .retryOn(condition)
                .observer(recorder.observer)
                .onRetry({ [retries] notice in
                    retries.withLock { $0.append(Retry(error: "\(notice.error)", attempt: notice.attempt)) }
                    onRetry?()
                })
                .sleeper(sleeper.sleeper)
                .cancellation(token)
                .clock(sleeper.retryClock)
                .random(random.source))
    }

    /// Runs a call that throws these errors in turn and then returns, and returns what came of it.
    func run(_ errors: [any Error], retryOn condition: RetryCondition? = nil) -> Result<String, any Error> {
        let script = FaultScript<String>(steps: errors.map { .fail($0) } + [.succeed("done")], clock: nil)
        return Result { try executor(retryOn: condition).execute { try script.callBlocking() } }
    }
}

extension Result {
    /// The error, if it is one.
    var failure: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}
