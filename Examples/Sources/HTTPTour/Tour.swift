import AsyncHTTPClient
import RetryAsync
import Shared
import SharedHTTP

/// One call for each kind of misbehavior, each printed and then checked.
struct Tour {
    let client: HTTPClient
    let upstream: Upstream
    let metrics = RetryMetrics()
    let checks = Checks()

    /// The server's answers, request by request; the last answer repeats.
    private static let misbehavior: Upstream.Script = [
        "/flaky": [.status(503), .hangUp, .status(429, retryAfter: 1), .slow(.seconds(20)), .status(200)],
        "/missing": [.status(404)],
        "/unavailable": [.status(503)],
        "/busy": [.status(429, retryAfter: 30)],
        "/slow": [.slow(.seconds(20))],
        "/down": [.status(503)],
        "/stuck": [.slow(.seconds(20))],
    ]

    /// A preset, refined: short waits, because the server is near, and bounds on each attempt and on the whole call.
    private let policy = RetryPolicy.api
        .maxAttempts(6)
        .backoff(.exponential(initial: .milliseconds(100), cap: .milliseconds(500)))
        .attemptTimeout(.seconds(1))
        .deadline(.seconds(8))

    static func run(_ client: HTTPClient) async throws {
        let tour = try await Upstream.run(misbehavior) { upstream in
            let tour = Tour(client: client, upstream: upstream)
            await tour.succeedInTheEnd()
            await tour.giveUpWhatIsPermanent()
            await tour.giveUpAfterEnoughAttempts()
            await tour.keepTheDeadline()
            await tour.cutSlowAttemptsShort()
            try await tour.stopInTheMidstOfAWait()
            try await tour.stopWithTheClient()
            return tour
        }
        await tour.findNobody()
        tour.readErrors()
        await tour.readTheMetrics()
        try tour.checks.finish()
    }
}

// MARK: The calls

extension Tour {
    /// Checks that each failure has its class, and that the server's wait is kept.
    private func succeedInTheEnd() async {
        let outcome = await call("/flaky", policy, "failures of many kinds, then an answer")
        await expect(
            outcome, at: "/flaky", classes: [.serverError, .transient, .rateLimit, .transient, nil],
            end: .succeeded, atLeast: .seconds(2), atMost: .seconds(8))
        checks.expect("hints", outcome.timeline.map(\.hint), is: [nil, nil, .after(.seconds(1)), nil, nil])

        let arrivals = await upstream.arrivals(at: "/flaky")
        guard arrivals.count > 3 else { return }
        let pause = arrivals[2].duration(to: arrivals[3])
        checks.expect("pause that the server saw", pause, atLeast: .milliseconds(990), atMost: .seconds(4))
    }

    /// Checks that a 404 is not retried, and that the caller gets the error of its own closure.
    private func giveUpWhatIsPermanent() async {
        let outcome = await call("/missing", policy, "not retried, for it would change nothing")
        await expect(outcome, at: "/missing", classes: [.permanent], end: .permanent, atMost: .seconds(1))
        checks.expect("error", (outcome.error as? HTTPError)?.statusCode, is: 404)
    }

    /// Checks that no wait follows the last attempt.
    private func giveUpAfterEnoughAttempts() async {
        let outcome = await call("/unavailable", policy.maxAttempts(3), "three attempts and no more")
        await expect(
            outcome, at: "/unavailable", classes: [.serverError, .serverError, .serverError],
            end: .attemptsExhausted, atMost: .seconds(4))
        checks.expect("last wait", outcome.timeline.last?.delay, is: nil)
        checks.expect("error", (outcome.error as? HTTPError)?.statusCode, is: 503)
    }

    /// Checks that a server's wait of 30 s ends a call with a deadline of 8 s at once.
    private func keepTheDeadline() async {
        let outcome = await call("/busy", policy, "a wait that does not fit before the deadline")
        await expect(outcome, at: "/busy", classes: [.rateLimit], end: .deadlineExceeded, atMost: .seconds(1))
        checks.expect("hints", outcome.timeline.map(\.hint), is: [.after(.seconds(30))])
        checks.expect("error", (outcome.error as? HTTPError)?.statusCode, is: 429)
    }

    /// Checks that a slow attempt is cancelled at its timeout, and that another one follows.
    private func cutSlowAttemptsShort() async {
        let hasty = policy.maxAttempts(2).attemptTimeout(.milliseconds(300))
        let outcome = await call("/slow", hasty, "no attempt may take longer than 300 ms")
        await expect(
            outcome, at: "/slow", classes: [.transient, .transient], end: .attemptsExhausted,
            atLeast: .milliseconds(600), atMost: .seconds(4))
        checks.expect("error", outcome.error is AttemptTimeoutError, is: true)
    }

    /// Checks that cancelling the task ends a wait of a minute at once.
    private func stopInTheMidstOfAWait() async throws {
        let (waits, wait) = AsyncStream.makeStream(of: Void.self)
        let patient = policy.backoff(.constant(.seconds(60))).deadline(nil)
        let executor = executor(patient, onRetry: { _ in wait.yield() })
        let url = upstream.url("/down")
        let task = Task { [client] in
            defer { wait.finish() }
            return await executor.outcome { try await client.get(url) }
        }
        for await _ in waits { break }
        try await Task.sleep(for: .milliseconds(200))
        let cancelled = ContinuousClock.now
        task.cancel()
        let outcome = await task.value
        let took = cancelled.duration(to: .now)

        show(outcome, "/down", "its task is cancelled in the midst of a long wait")
        await expect(
            outcome, at: "/down", classes: [.serverError], end: .cancelled, atLeast: .milliseconds(200),
            atMost: .seconds(4))
        checks.expect("error", outcome.error is CancellationError, is: true)
        checks.expect("wait", outcome.timeline.first?.delay, is: .seconds(60))
        checks.expect("time from cancelling to the end", took, atMost: .seconds(1))
    }

    /// Checks that the cancellations of a client that shuts down are not retried, though the task is not cancelled.
    private func stopWithTheClient() async throws {
        let client = HTTPClient(configuration: .withoutOwnRetries)
        let executor = executor(policy.attemptTimeout(.seconds(5)))
        let url = upstream.url("/stuck")
        async let call = executor.outcome { try await client.get(url) }
        try await upstream.waitForRequest(at: "/stuck")
        try await client.shutdown()
        let outcome = await call

        show(outcome, "/stuck", "its client shuts down")
        await expect(outcome, at: "/stuck", classes: [nil], end: .cancelled, atMost: .seconds(4))
        checks.expect("error", outcome.error as? HTTPClientError, is: .cancelled)
    }

    /// Checks by the closed port of the server that the tour leaves nothing behind.
    private func findNobody() async {
        let outcome = await call("/", policy.maxAttempts(2), "the server has stopped")
        checks.expect("classes", outcome.classNames, is: ["transient", "transient"])
        checks.expect("end", outcome.stopReason, is: .attemptsExhausted)
    }

    /// Checks that the library recognises the errors of the client.
    private func readErrors() {
        let meanings: [(HTTPClientError, ErrorClass)] = [
            (.remoteConnectionClosed, .transient), (.connectTimeout, .transient),
            (.proxyAuthenticationRequired, .auth), (.emptyScheme, .permanent),
        ]
        begin("ErrorClassifier.default, some errors that did not occur")
        for (error, expected) in meanings {
            let known = ErrorClassifier.default.classification(of: error)?.errorClass
            print("    \(error.shortDescription): \(known?.id ?? "unknown")")
            checks.expect(error.shortDescription, known, is: expected)
        }
    }
}
