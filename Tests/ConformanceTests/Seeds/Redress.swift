import RetryAsync

extension ConformanceRun {
    mutating func redressRuns() async throws {
        for row in vectors["redress_1_4_2_runs"].array {
            let name = try row["name"].string.unwrapped("a run has no name")
            let records = try await reflexioCall(name).runs().map { record in record.asSeen(tags: Self.redressTags) }
            compare("redress_1_4_2_runs", name, recorded: row.without("name"), calls: records)
        }
    }

    private static func redressTags(_ event: RetryEvent) -> [String: JSON] {
        var tags: [String: JSON] = [
            "class": .seedClass(event.errorClass), "err": .string(event.errorType ?? ""),
            "cause": event.errorType == nil ? "result" : "exception",
        ]
        tags["stop_reason"] = event.stopReason.map { .string(redressName($0)) }
        return tags
    }

    /// Returns redress's name of a stop reason.
    private static func redressName(_ reason: RetryStopReason) -> String {
        switch reason {
        case .attemptsExhausted: "MAX_ATTEMPTS_GLOBAL"
        case .classLimit(.unknown): "MAX_UNKNOWN_ATTEMPTS"
        case .permanent: "NON_RETRYABLE_CLASS"
        default: "\(reason)"
        }
    }

    mutating func redressDeadlineRuns() async throws {
        for row in vectors["redress_deadline_runs"].array {
            let name = try row["name"].string.unwrapped("a run has no name")
            // The wait stands in the name alone: sleep10_deadline1_work0.2.
            let wait = try name.dropFirst("sleep".count).prefix { $0.isNumber }.description.seconds()
            let policy = RetryPolicy(
                maxAttempts: 6, backoff: .constant(wait), deadline: .exactly(row["deadline_s"]),
                deadlineBehavior: .truncate)
            var call = SeedCall.failing(policy, error: RateLimitError())
            call.work = .exactly(row["work_s"])
            let records = await call.runs().map { record in
                JSON.object([
                    "calls": .number(Double(record.calls)), "sleeps_s": .seconds(record.sleeps),
                    "events": .array(record.events.filter { $0.kind != .attempt }.map(Self.shortEvent)),
                    "outcome": record.outcome,
                ])
            }
            compare(
                "redress_deadline_runs", name,
                recorded: row.without("name").without("deadline_s").without("work_s"), calls: records)
        }
    }

    private static func shortEvent(_ event: RetryEvent) -> JSON {
        [.string(event.code), .number(Double(event.attempt)), .seconds(event.delay)]
    }

    mutating func redressStatuses() async throws {
        for row in vectors["redress_http_classifier"].array {
            let error = try SeedErrors.make("OddballError", SeedErrorFacts(status: row[0]))
            var call = SeedCall.failing(.once, error: error)
            call.classifier = .httpStatus
            let classes = await call.runs().map { JSON.seedClass($0.events.last?.errorClass) }
            compare("redress_http_classifier", "status \(row[0])", recorded: row[1], calls: classes)
        }
    }
}

extension String {
    fileprivate func seconds() throws -> Duration {
        .seconds(try Int(self).unwrapped("\(self) is no number of seconds"))
    }
}
