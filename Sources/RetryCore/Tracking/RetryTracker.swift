/// A tracker that decides retries for callers that make the calls themselves, such as a gateway in front of many tools.
///
/// Each pair of a tool and a request has its own state, driven by the same state machine as every call of the library:
///
/// ```swift
/// let tracker = try RetryTracker(configuration: configuration, textReader: .json) { log($0) }
///
/// switch tracker.record(result, tool: "search", request: id) {
/// case .retry(let delay): schedule(after: delay)       // a delay of zero is a retry, too
/// case .giveUp, .succeeded, .unreadable: answer(result)
/// }
/// ```
///
/// A result that cannot be read is neither a success nor a failure, and changes nothing, unless ``UnreadableResults``
/// says otherwise.
///
/// A success, a failure that is not worth a retry, and the end of the retries clear the state. The tracker evicts the
/// state of an abandoned request five minutes after its last failure. A tracker is thread-safe; two trackers share
/// nothing.
public final class RetryTracker: Sendable {
    /// The meaning of a result that does not say whether the call failed, because part of it cannot be read.
    public enum UnreadableResults: Sendable, Hashable {
        /// Neither a success nor a failure: the decision is ``RetryTrackerDecision/unreadable``, and the state of the
        /// request stays as it was. The default.
        case undecided
        /// A failure of the tool that is worth a retry.
        case failures
        /// A success.
        case successes
    }

    /// A policy for tools, and the equivalent retry policy for the state machine.
    private final class Effective: Sendable {
        let policy: ToolRetryPolicy
        let retry: RetryPolicy

        init(_ policy: ToolRetryPolicy) {
            self.policy = policy
            self.retry = policy.retryPolicy
        }
    }

    /// A part of all keys with its own lock: no part grows so large that its growth would hold up a call.
    private struct Part: Sendable {
        var table: TrackerTable
        /// Delays need no unpredictable generator, and the system's costs a system call.
        var generator: SplitMix64
    }

    private static let keysPerPart = 4_096

    private let base: Effective
    private let overrides: [ByteName: Effective]
    private let parts: [Locked<Part>]
    private let textReader: ToolTextReader?
    private let unreadableResults: UnreadableResults
    private let clock: RetryClock
    private let random: RetryRandomSource?
    private let onEvent: (@Sendable (RetryTrackerEvent) -> Void)?

    /// Creates a tracker without state.
    ///
    /// - Parameters:
    ///   - configuration: The retry policies of the tools.
    ///   - ceiling: The maximum number of retries that the gateway allows under any policy; 0 or more.
    ///   - timeToLive: The time after its last failure at which a key is evicted; above zero.
    ///   - maximumKeys: The maximum number of keys; at least 1. A failure that finds no room is not retried. The keys
    ///     are kept in parts, of which one may be full when the whole is nearly so.
    ///   - textReader: The reader of texts that hold JSON; needed by a policy that checks text content.
    ///   - unreadableResults: The meaning of a result that cannot be read.
    ///   - clock: The time source; the system's if `nil`.
    ///   - random: The random source for jitter; a generator of the tracker's own if `nil`.
    ///   - onEvent: Receives each event, outside every lock.
    /// - Throws: ``InvalidPolicyError`` if a value is invalid, or if texts are to be checked without a reader.
    public init(
        configuration: ToolRetryConfiguration = ToolRetryConfiguration(), ceiling: Int = 3,
        timeToLive: Duration = .seconds(300), maximumKeys: Int = 100_000, textReader: ToolTextReader? = nil,
        unreadableResults: UnreadableResults = .undecided, clock: RetryClock? = nil, random: RetryRandomSource? = nil,
        onEvent: (@Sendable (RetryTrackerEvent) -> Void)? = nil
    ) throws(InvalidPolicyError) {
        try check("max_tool_retries", ceiling, ceiling >= 0, "must not be negative")
        try check("time_to_live", timeToLive, timeToLive > .zero, "must be above zero")
        try check("maximum_keys", maximumKeys, maximumKeys >= 1, "must be at least 1")
        let policies = [configuration.base] + configuration.policies.values
        try check(
            "check_text_content", true, textReader != nil || !policies.contains(where: \.checksTextContent),
            "must be left out without a reader of texts")
        self.base = Effective(configuration.base.clamped(to: ceiling))
        self.overrides = Dictionary(
            uniqueKeysWithValues: configuration.policies.map {
                (ByteName($0.key), Effective($0.value.clamped(to: ceiling)))
            })
        self.parts = Self.parts(for: maximumKeys, timeToLive: timeToLive.saturatedNanoseconds)
        self.textReader = textReader
        self.unreadableResults = unreadableResults
        self.clock = clock ?? .system
        self.random = random
        self.onEvent = onEvent
        tellCeiling(configuration, ceiling)
    }

    /// Records the result of a tool, and decides what follows.
    ///
    /// - Parameters:
    ///   - result: The result of the tool.
    ///   - tool: The name of the tool.
    ///   - request: The id of the request: the same for each of its retries, and for no other request.
    /// - Returns: The decision: whether to call the tool again, and after which wait.
    /// - Complexity: O(1), and the time of the reader for texts, if they are checked.
    public func record(_ result: RetryTracker.ToolResult, tool: String, request: String) -> RetryTrackerDecision {
        let effective = effective(for: tool)
        let verdict = effective.policy.verdict(of: result, reader: textReader)
        if case .unreadable(let malformedParts) = verdict {
            tell(.undocumentedResult(result.malformedParts.union(malformedParts)), tool, request)
        } else if !result.malformedParts.isEmpty {
            tell(.undocumentedResult(result.malformedParts), tool, request)
        }
        switch verdict {
        case .failed(let errorClass):
            return failed(ToolCallKey(tool: tool, request: request), as: errorClass, effective.retry)
        case .vetoed(let status):
            _ = clear(ToolCallKey(tool: tool, request: request))
            tell(.gaveUp(.vetoed(status: status)), tool, request)
            return .giveUp
        case .succeeded:
            return succeeded(ToolCallKey(tool: tool, request: request))
        case .unreadable:
            return unreadable(ToolCallKey(tool: tool, request: request), effective.retry)
        }
    }

    /// Removes the state of a request, for instance when its client has gone.
    public func forget(tool: String, request: String) {
        _ = clear(ToolCallKey(tool: tool, request: request))
    }

    /// The number of keys in the tracker, including abandoned ones not yet evicted.
    public var count: Int { parts.reduce(0) { $0 + $1.withLock { $0.table.count } } }

    /// Returns the policy in force for a tool, after its override and the ceiling.
    public func policy(for tool: String) -> ToolRetryPolicy { effective(for: tool).policy }
}

// MARK: Hooks

extension RetryTracker {
    /// The hook after a tool call: decides, and returns the policy in force.
    ///
    /// - Parameters:
    ///   - result: The result of the tool.
    ///   - tool: The name of the tool.
    ///   - request: The id of the request.
    /// - Returns: The decision of ``record(_:tool:request:)``, and the policy.
    public func toolPostInvoke(_ result: RetryTracker.ToolResult, tool: String, request: String) -> ToolHookAnswer {
        ToolHookAnswer(
            decision: record(result, tool: tool, request: request),
            metadata: ToolRetryMetadata(policy: policy(for: tool)))
    }

    /// The hook after a resource was fetched: returns the policy of all tools, and never retries.
    public func resourcePostFetch() -> ToolRetryMetadata {
        ToolRetryMetadata(policy: base.policy)
    }
}

// MARK: Details

extension RetryTracker {
    private static func parts(for keys: Int, timeToLive: Int64) -> [Locked<Part>] {
        var count = 1
        while count < 4_096, (keys - 1) / count >= keysPerPart { count *= 2 }
        // The capacities add up to exactly the requested number.
        return (0..<count).map { index in
            let capacity = min(keys / count + (index < keys % count ? 1 : 0), Int(Int32.max))
            return Locked(
                Part(
                    table: TrackerTable(capacity: capacity, timeToLive: timeToLive),
                    generator: SplitMix64(seed: .random(in: .min ... .max))))
        }
    }

    private func effective(for tool: String) -> Effective {
        overrides.isEmpty ? base : overrides[ByteName(tool)] ?? base
    }

    /// Returns the part that holds a key: by the upper half of its hash, the lower one finds it in there.
    private func part(_ hash: Int) -> Locked<Part> {
        parts[Int(UInt(bitPattern: hash) >> (UInt.bitWidth / 2)) & (parts.count - 1)]
    }

    private func failed(_ key: ToolCallKey, as errorClass: ErrorClass, _ policy: RetryPolicy) -> RetryTrackerDecision {
        let hash = key.hashValue
        let now = clock.coarseNanoseconds
        let drawn = random.map { DrawnNumber($0) }
        let outcome = part(hash).withLock { part in
            guard var drawn else {
                return part.table.failed(
                    key, hash: hash, as: errorClass, policy: policy, now: now, using: &part.generator)
            }
            return part.table.failed(key, hash: hash, as: errorClass, policy: policy, now: now, using: &drawn)
        }
        switch outcome {
        case .retry(let number, let wait):
            tell(.retry(number: number, after: .nanoseconds(wait)), key.tool, key.request)
            return .retry(after: .nanoseconds(wait))
        case .exhausted:
            tell(.gaveUp(.retriesExhausted), key.tool, key.request)
        case .full:
            tell(.gaveUp(.full), key.tool, key.request)
        }
        return .giveUp
    }

    private func succeeded(_ key: ToolCallKey) -> RetryTrackerDecision {
        let retries = clear(key)
        if retries > 0 { tell(.recovered(retries: retries), key.tool, key.request) }
        return .succeeded
    }

    private func unreadable(_ key: ToolCallKey, _ policy: RetryPolicy) -> RetryTrackerDecision {
        switch unreadableResults {
        case .undecided: .unreadable
        case .failures: failed(key, as: .transient, policy)
        case .successes: succeeded(key)
        }
    }

    private func clear(_ key: ToolCallKey) -> Int {
        let hash = key.hashValue
        let now = clock.coarseNanoseconds
        return part(hash).withLock { $0.table.clear(key, hash: hash, now: now) }
    }

    private func tellCeiling(_ configuration: ToolRetryConfiguration, _ ceiling: Int) {
        var policies: [(tool: String?, policy: ToolRetryPolicy)] = [(nil, configuration.base)]
        policies += configuration.policies.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        for (tool, policy) in policies where policy.maxRetries > ceiling {
            tell(.ceilingApplied(asked: policy.maxRetries, ceiling: ceiling), tool, nil)
        }
    }

    private func tell(_ kind: @autoclosure () -> RetryTrackerEvent.Kind, _ tool: String?, _ request: String?) {
        onEvent?(RetryTrackerEvent(kind: kind(), tool: tool, request: request))
    }
}

/// A number that was drawn before the lock was taken: a source of the caller's is not called under it.
private struct DrawnNumber: RandomNumberGenerator {
    private let number: UInt64

    init(_ source: RetryRandomSource) {
        var source = source
        number = source.next()
    }

    // A delay takes one number.
    mutating func next() -> UInt64 { number }
}
