import Configuration
import RetryAsync
import Shared

extension RetryPolicy {
    /// Creates a policy from a configuration, over a preset for all that it leaves out.
    ///
    /// | key | value |
    /// |---|---|
    /// | `maxAttempts` | the number of attempts, the first one included; at least 1 |
    /// | `deadlineMs` | the bound on the whole call, in milliseconds; above 0 |
    /// | `attemptTimeoutMs` | the bound on each attempt, in milliseconds; above 0 |
    /// | `backoff.initialMs`, `backoff.capMs` | the first and the maximum wait; both, or none |
    ///
    /// Scope the reader to the part of a dependency: `config.scoped(to: "users.retry")`.
    ///
    /// - Parameters:
    ///   - config: The reader.
    ///   - preset: The policy that the configuration refines.
    /// - Throws: ``MalformedSetting`` with the key, if a value has another type or is out of range.
    init(config: ConfigReader, over preset: RetryPolicy = .api) throws {
        self = preset
        if let attempts = try config.integer("maxAttempts") { self = maxAttempts(attempts) }
        if let deadline = try config.integer("deadlineMs") { self = self.deadline(.milliseconds(deadline)) }
        if let timeout = try config.integer("attemptTimeoutMs") { self = attemptTimeout(.milliseconds(timeout)) }
        let waits = config.scoped(to: "backoff")
        switch (try waits.integer("initialMs"), try waits.integer("capMs")) {
        case (let initial?, let cap?):
            guard cap >= initial else {
                throw MalformedSetting(key: "backoff.capMs", requirement: "is below initialMs")
            }
            self = backoff(.exponential(initial: .milliseconds(initial), cap: .milliseconds(cap)))
        case (nil, nil): break
        case (_, nil): throw MalformedSetting(key: "backoff.capMs", requirement: "is missing beside initialMs")
        case (nil, _): throw MalformedSetting(key: "backoff.initialMs", requirement: "is missing beside capMs")
        }
    }
}

/// The error for a value that cannot be a setting.
struct MalformedSetting: Error, Equatable, CustomStringConvertible {
    let key: String
    let requirement: String

    var description: String { "\(key) \(requirement)" }
}

extension ConfigReader {
    /// The most that a setting may have: a day in milliseconds.
    private static var longest: Int { 86_400_000 }

    /// Returns a number above zero; `nil` if the key has no value.
    fileprivate func integer(_ key: String) throws -> Int? {
        let configKey = ConfigKey(key)
        if let value = int(forKey: configKey) {
            guard 1...Self.longest ~= value else {
                throw MalformedSetting(key: key, requirement: "is \(value): it must be 1 to \(Self.longest)")
            }
            return value
        }
        // `int` returns `nil` also for a value of another type.
        let isOfAnotherType =
            string(forKey: configKey) != nil || double(forKey: configKey) != nil || bool(forKey: configKey) != nil
            || stringArray(forKey: configKey) != nil || intArray(forKey: configKey) != nil
        if isOfAnotherType { throw MalformedSetting(key: key, requirement: "is no integer") }
        return nil
    }
}

// MARK: - The check

extension Recipes {
    func configuration() throws {
        begin("swift-configuration")
        func policy(_ variables: [String: String]) throws -> RetryPolicy {
            let config = ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: variables))
            return try RetryPolicy(config: config.scoped(to: "users.retry"))
        }
        func message(_ key: String, _ value: String) -> String {
            do {
                _ = try policy(["USERS_RETRY_\(key)": value])
                return "none"
            } catch {
                return "\(error)"
            }
        }
        checks.expect("nothing configured", try policy([:]), is: .api)
        let all = try policy([
            "USERS_RETRY_MAX_ATTEMPTS": "6", "USERS_RETRY_DEADLINE_MS": "20000",
            "USERS_RETRY_ATTEMPT_TIMEOUT_MS": "4000", "USERS_RETRY_BACKOFF_INITIAL_MS": "100",
            "USERS_RETRY_BACKOFF_CAP_MS": "5000",
        ])
        let expected = RetryPolicy.api.maxAttempts(6).deadline(.seconds(20)).attemptTimeout(.seconds(4))
            .backoff(.exponential(initial: .milliseconds(100), cap: .seconds(5)))
        checks.expect("everything configured", all, is: expected)

        checks.expect("text", message("MAX_ATTEMPTS", "five"), is: "maxAttempts is no integer")
        checks.expect("zero", message("MAX_ATTEMPTS", "0"), is: "maxAttempts is 0: it must be 1 to 86400000")
        checks.expect("negative", message("DEADLINE_MS", "-1"), is: "deadlineMs is -1: it must be 1 to 86400000")
        checks.expect("huge", message("DEADLINE_MS", "99999999999999999999"), is: "deadlineMs is no integer")
        checks.expect("half", message("BACKOFF_INITIAL_MS", "1"), is: "backoff.capMs is missing beside initialMs")

        let typed = ConfigReader(provider: InMemoryProvider(values: ["maxAttempts": 1.5, "deadlineMs": true]))
        for key in ["maxAttempts", "deadlineMs"] {
            do {
                _ = try typed.integer(key)
                checks.expect(key, "accepted", is: "refused")
            } catch {
                checks.expect(key, "\(error)", is: "\(key) is no integer")
            }
        }
    }
}
