/// A bounded holder of the last values of calls, to be served while their service fails: *stale if error*.
///
/// ```swift
/// let profiles = StaleValues<User.ID, User>(StaleValuePolicy(maxAge: .seconds(300)), named: "profiles")
///
/// let served = try await profiles.call(id) { try await retry(users) { try await client.user(id) } }
/// if served.isStale { banner.show("as of \(served.age) ago") }
/// ```
///
/// Every call runs its operation. Only if that fails, which an open circuit also does, the last value of the key is served
/// in place of the error, if its request started at most ``StaleValuePolicy/maxAge`` ago. It is no cache that saves
/// requests.
///
/// Create one for each kind of read, and share it. It is thread-safe. A call that was slow does not replace the value of a
/// call that started later.
public final class StaleValues<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// The settings of the holder.
    public let policy: StaleValuePolicy
    /// The name of the operation in events.
    public let name: String?
    private let clock: RetryClock
    private let observer: FallbackObserver?
    private let core: Locked<Core>

    private struct Core: Sendable {
        var state: StaleValueState<Key, Value>
        var fresh = 0
        var served = 0
        var missed = 0
    }

    /// Creates a holder without values.
    ///
    /// - Parameters:
    ///   - policy: The greatest age of a value, and their number.
    ///   - name: The name of the operation in events.
    ///   - clock: The time source; the system's if `nil`.
    ///   - observer: Receives an event with the original failure when a value is served in its place, and when there is
    ///     none to serve.
    public init(
        _ policy: StaleValuePolicy, named name: String? = nil, clock: RetryClock? = nil,
        observer: FallbackObserver? = nil
    ) {
        (self.policy, self.name, self.clock, self.observer) = (policy, name, clock ?? .system, observer)
        core = Locked(Core(state: StaleValueState(policy)))
    }
}

// MARK: Values

extension StaleValues {
    /// Stores a value that was just received, such as one of a push.
    public func store(_ value: Value, for key: Key) {
        core.withLock { core in
            let now = clock.nanoseconds
            core.state.store(value, for: key, from: now, at: now)
        }
    }

    /// Returns the last value of a key and its age; `nil` if there is none that is young enough.
    public func value(for key: Key) -> (value: Value, age: Duration)? {
        // Read under the lock: no value is younger than the time.
        core.withLock { core in
            core.state.value(for: key, at: clock.nanoseconds).map { ($0.value, .nanoseconds($0.age)) }
        }
    }

    /// Removes the value of a key, such as that of a user who signs out.
    public func remove(_ key: Key) { core.withLock { $0.state.remove(key) } }

    /// Removes all values.
    public func removeAll() { core.withLock { $0.state.removeAll() } }

    /// Returns the state and the counts of the holder.
    public func snapshot() -> StaleValueSnapshot {
        core.withLock { core in
            StaleValueSnapshot(
                name: name, policy: policy, count: core.state.count, fresh: core.fresh, served: core.served,
                missed: core.missed, evictions: core.state.evictions)
        }
    }
}

// MARK: Calls

extension StaleValues {
    /// Makes a call on this thread; serves the last value of the key if it fails.
    ///
    /// - Parameters:
    ///   - key: The key of the call.
    ///   - policy: The failures in whose place a value is served; every one but a cancellation unless given.
    ///   - classifier: The classifier of errors; ``ErrorClassifier/default`` if `nil`.
    ///   - operation: The call, such as a retried one; run once.
    /// - Returns: The operation's value, or the last one with its age.
    /// - Throws: The operation's error, if there is no value to serve in its place.
    public func callBlocking(
        _ key: Key, on policy: FallbackPolicy = .anyFailure, classifier: ErrorClassifier? = nil,
        _ operation: () throws -> Value
    ) throws -> ServedValue<Value> {
        let start = begins()
        do {
            return succeeded(try operation(), for: key, from: start)
        } catch {
            return try serve(key, inPlaceOf: error, on: policy, classifier: classifier)
        }
    }

    /// The time at which a call starts.
    package func begins() -> Int64 { clock.nanoseconds }

    /// The call that started at a time returned a value.
    package func succeeded(_ value: Value, for key: Key, from start: Int64) -> ServedValue<Value> {
        core.withLock { core in
            core.fresh += 1
            core.state.store(value, for: key, from: start, at: clock.nanoseconds)
        }
        return ServedValue(value: value, age: .zero, error: nil)
    }

    /// The call failed: serves the last value in place of the error, or throws it.
    package func serve(
        _ key: Key, inPlaceOf error: any Error, on policy: FallbackPolicy, classifier: ErrorClassifier?
    ) throws -> ServedValue<Value> {
        let call = FallbackCall(error, on: policy, named: name, classifier: classifier, observer: observer)
        guard let call else { throw error }
        let found = core.withLock { core in
            let found = core.state.value(for: key, at: clock.nanoseconds)
            if found == nil { core.missed += 1 } else { core.served += 1 }
            return found
        }
        guard let found else {
            call.report(.missedStale)
            throw error
        }
        call.report(.servedStale(age: .nanoseconds(found.age)))
        return ServedValue(value: found.value, age: .nanoseconds(found.age), error: error)
    }
}

/// The value of a call, and whether it is the last one in place of a failure.
public struct ServedValue<Value: Sendable>: Sendable {
    /// The value.
    public let value: Value
    /// The age of the value: the time since the start of its request; zero for the value of this call.
    public let age: Duration
    /// The failure in whose place the value was served; `nil` for the value of this call.
    public let error: (any Error)?

    /// A Boolean value that indicates whether the value is an earlier one, in place of a failure.
    public var isStale: Bool { error != nil }
}

/// The state of a holder of stale values at one moment, for dashboards and tests.
public struct StaleValueSnapshot: Sendable, Hashable {
    /// The name of the operation.
    public let name: String?
    /// The settings of the holder.
    public let policy: StaleValuePolicy
    /// The number of values that are held, those included that are too old by now.
    public let count: Int
    /// The number of calls that returned their own value.
    public let fresh: Int
    /// The number of calls that returned an earlier value in place of a failure.
    public let served: Int
    /// The number of failed calls for which there was no value young enough.
    public let missed: Int
    /// The number of values that were evicted.
    public let evictions: Int
}

extension StaleValues: CustomStringConvertible, CustomDebugStringConvertible {
    /// The counts in one line: `stale values profiles: 12 values at most 5m old, 3 served`.
    public var description: String { "stale values \(snapshot())" }

    /// All counts.
    public var debugDescription: String { String(reflecting: snapshot()) }
}

extension StaleValueSnapshot: CustomStringConvertible, CustomDebugStringConvertible {
    /// The name and the counts in one line: `profiles: 12 values at most 5m old, 3 served`.
    public var description: String {
        let title = name.map { "\($0): " } ?? ""
        return "\(title)\(count.of("value")) at most \(policy.maxAge.text) old, \(served) served"
    }

    /// All counts.
    public var debugDescription: String { fullDescription(of: self) }
}
