import RetryAsync

extension ConformanceRun {
    mutating func reflexioClassifier() async throws {
        for row in vectors["reflexio_default_classifier"].array {
            let type = try row["type_name"].string.unwrapped("a row has no type")
            let error = try SeedErrors.make(type, SeedErrorFacts(status: row["status"], code: row["code"]))
            let classes = await SeedCall.failing(.once, error: error).runs().map { record in
                JSON.seedClass(record.events.last?.errorClass)
            }
            compare(
                "reflexio_default_classifier", "\(type) status \(row["status"]) code \(row["code"]) \(row["case"])",
                recorded: row["klass"], calls: classes)
        }
    }

    mutating func reflexioRuns() async throws {
        for row in vectors["reflexio_runs"].array {
            let name = try row["name"].string.unwrapped("a run has no name")
            let records = try await reflexioCall(name).runs().map { record in
                record.asSeen { event in ["class": .seedClass(event.errorClass), "err": .string(event.errorType ?? "")]
                }
            }
            compare("reflexio_runs", name, recorded: row.without("name"), calls: records)
        }
    }

    /// The call that a run of reflexio, or of its successor, recorded.
    func reflexioCall(_ name: String) throws -> SeedCall {
        // As recorded: six attempts, sixty seconds, and half a second more before each retry.
        let growing = Backoff.linear(initial: .milliseconds(500), cap: .seconds(60), jitter: .none)
        let policy = RetryPolicy(
            maxAttempts: 6, backoff: growing, deadline: .seconds(60), deadlineBehavior: .truncate)
        let limited = try SeedErrors.make("RateLimitError")
        let odd = try SeedErrors.make("Odd")
        switch name {
        case "rate_limit_exhaust_max3": return .failing(policy.maxAttempts(3), error: limited)
        case "rate_limit_2_then_ok":
            return SeedCall(policy: policy) { attempt in
                if attempt <= 2 { throw limited }
                return "ok"
            }
        case "permanent": return .failing(policy, error: try SeedErrors.make("PermanentError"))
        case "unknown_default_cap2_of_max6": return .failing(policy, error: odd)
        case "unknown_cap0": return .failing(policy.retries(0, for: .unknown), error: odd)
        case "unknown_uncapped_max3": return .failing(policy.maxAttempts(3).retries(nil, for: .unknown), error: odd)
        case "max_attempts_1": return .failing(policy.maxAttempts(1), error: limited)
        case "per_class_rate_limit_2": return .failing(policy.retries(2, for: .rateLimit), error: limited)
        case "per_class_0": return .failing(policy.retries(0, for: .rateLimit), error: limited)
        case "mixed_unknown_and_transient":
            return SeedCall(policy: policy) { attempt in throw attempt % 2 == 1 ? odd : limited }
        case "strategies_only_missing_class":
            return .failing(
                RetryPolicy(maxAttempts: 6, deadline: .seconds(60)).backoff(growing, for: .transient), error: limited)
        default: throw HarnessError(description: "There is no call for the run \(name)")
        }
    }
}

extension SeedCallRecord {
    /// The record in the form of reflexio's runs; it has no event for the start of an attempt.
    func asSeen(tags: (RetryEvent) -> [String: JSON]) -> JSON {
        let events = events.filter { $0.kind != .attempt }.map { event -> JSON in
            let tags = event.kind == .stop(.succeeded) ? [:] : tags(event)
            let operation = JSON.string(event.operation ?? "")
            return [
                .string(event.code), .number(Double(event.attempt)), .seconds(event.delay),
                .object(tags.merging(["operation": operation]) { $1 }),
            ]
        }
        return [
            "calls": .number(Double(calls)), "sleeps_s": .seconds(sleeps), "outcome": outcome, "events": .array(events),
        ]
    }
}

extension JSON {
    /// The name that reflexio and redress give a class of failure.
    static func seedClass(_ errorClass: ErrorClass?) -> JSON {
        .string((errorClass ?? .unknown).id.uppercased())
    }

    /// An object without one of its members.
    func without(_ key: String) -> JSON {
        guard case .object(var members) = self else { return self }
        members[key] = nil
        return .object(members)
    }
}
