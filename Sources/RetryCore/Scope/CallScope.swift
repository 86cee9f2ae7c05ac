import Synchronization

/// The repeated attempt that a task is in, or the deadline that it has: bound to the task for the calls within.
@usableFromInline
package final class CallScope: Sendable {
    @TaskLocal package static var current: CallScope?

    /// The deadline of the call, or the deadline by itself.
    let deadline: RetryDeadline?
    /// The name of the call's operation.
    private let name: String?
    /// The number of the attempt; 1 for a deadline by itself.
    private let attempt: Int
    private let outer: CallScope?
    private let state = Atomic<UInt8>(0)

    private static let over: UInt8 = 1, stopped: UInt8 = 2

    /// Creates the scope of a repeated attempt within the current one.
    init(name: String?, attempt: Int, deadline: RetryDeadline?) {
        outer = Self.current
        self.name = name
        self.attempt = attempt
        self.deadline = deadline
    }

    /// Creates the scope of a deadline within the current scope.
    @usableFromInline package convenience init(_ deadline: RetryDeadline) {
        self.init(name: nil, attempt: 1, deadline: deadline)
    }

    /// True if an inner call has asked that the attempt is not repeated.
    var isStopped: Bool { state.load(ordering: .relaxed) & Self.stopped != 0 }

    private var isOver: Bool { state.load(ordering: .relaxed) & Self.over != 0 }
    private var isRepetition: Bool { attempt > 1 }

    /// Ends the scope: tasks that outlive it are not bound by it.
    package func end() { state.bitwiseOr(Self.over, ordering: .relaxed) }

    /// Runs synchronous code within the scope, and ends it.
    func run<Value: ~Copyable, Failure: Error>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
        var result: Result<Value, Failure>?
        Self.$current.withValue(self) {
            do throws(Failure) { result = .success(try body()) } catch { result = .failure(error) }
        }
        end()
        return try result.set("the closure has run").get()
    }
}

// MARK: The scopes of the current task

extension CallScope {
    /// The scopes around the current code that are not over, the innermost first.
    struct Around: Sequence, IteratorProtocol {
        fileprivate var scope: CallScope?

        mutating func next() -> CallScope? {
            while let one = scope {
                scope = one.outer
                if !one.isOver { return one }
            }
            return nil
        }
    }

    static var around: Around { Around(scope: current) }

    /// The reason why a call may not retry here, after a wait of so many nanoseconds; `nil` if it may.
    static func refusal(of name: String?, _ rule: NestedRetries, wait: Int64) -> RetryStopReason? {
        guard current != nil else { return nil }
        if around.contains(where: { $0.deadline.map { $0.left <= wait } ?? false }) { return .deadlineExceeded }
        let repetitions = around.filter(\.isRepetition)
        if repetitions.isEmpty { return nil }
        if rule == .allow, name == nil || !repetitions.contains(where: { $0.name == name }) { return nil }
        if rule == .stop {
            for scope in repetitions { scope.state.bitwiseOr(stopped, ordering: .relaxed) }
        }
        return .nestedRetry
    }

    /// The numbers of the repeated attempts around the current code, multiplied; 1 outside of them.
    static var amplification: Int {
        guard current != nil else { return 1 }
        return Int(around.reduce(Int64(1)) { $0.saturatingMultiply(Int64($1.attempt)) })
    }
}
