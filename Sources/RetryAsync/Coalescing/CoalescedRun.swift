import RetryCore

/// A run of a coalescer: the scope of the task that makes it, and its result.
@usableFromInline
final class CoalescedRun<Value: Sendable>: CoalescedRunScope, @unchecked Sendable {
    // Unchecked, because the compiler cannot see that the result is written once, before the run ends.
    @exclusivity(unchecked) @usableFromInline var stored: Result<Value, any Error>?

    /// Creates a run.
    @inlinable
    override init(_ owner: ObjectIdentifier, _ run: UInt64, outer: CoalescedRunScope?) {
        stored = nil
        super.init(owner, run, outer: outer)
    }

    /// The result, as soon as the run has ended.
    @inlinable var result: Result<Value, any Error>? { hasEnded ? stored : nil }

    /// Records the result.
    @inlinable
    func ends(_ result: Result<Value, any Error>) {
        stored = result
        end()
    }
}
