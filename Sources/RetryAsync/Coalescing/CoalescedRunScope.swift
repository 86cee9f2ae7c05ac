import RetryCore
import Synchronization

/// The runs of coalescers that a task is in: a call within them must not wait for one of them.
@usableFromInline
class CoalescedRunScope: @unchecked Sendable {
    // Unchecked, because subclasses exist.
    @usableFromInline @TaskLocal static var current: CoalescedRunScope?

    private let owner: ObjectIdentifier
    private let run: UInt64
    private let outer: CoalescedRunScope?
    private let isOver = Atomic(false)

    /// A Boolean value that indicates whether the run has ended.
    @usableFromInline final var hasEnded: Bool { isOver.load(ordering: .acquiring) }

    /// Records the end of the run.
    @usableFromInline
    final func end() { isOver.store(true, ordering: .releasing) }

    /// Creates the scope of a run of a coalescer.
    @usableFromInline
    init(_ owner: ObjectIdentifier, _ run: UInt64, outer: CoalescedRunScope?) {
        self.owner = owner
        self.run = run
        self.outer = outer
    }

    /// Returns the innermost run of a coalescer.
    @usableFromInline
    final func innermost(of owner: ObjectIdentifier) -> UInt64? {
        owner == self.owner ? run : outer?.innermost(of: owner)
    }

    /// Returns whether the task is in a run of a coalescer.
    @usableFromInline
    final func contains(_ run: UInt64, of owner: ObjectIdentifier) -> Bool {
        owner == self.owner && run == self.run || outer?.contains(run, of: owner) == true
    }

    /// Starts the task of a run: in this scope, and outside of the deadlines and attempts around its first caller.
    @usableFromInline
    final func start(
        on executor: (any TaskExecutor)?, _ body: @escaping @Sendable () async -> Void
    ) -> Task<Void, Never> {
        Self.$current.withValue(self) {
            guard CallScope.current != nil else { return Self.task(executor, body) }
            return CallScope.$current.withValue(nil) { Self.task(executor, body) }
        }
    }

    /// Starts a task at once where the system can, up to where it first suspends.
    private static func task(
        _ executor: (any TaskExecutor)?, _ body: @escaping @Sendable () async -> Void
    ) -> Task<Void, Never> {
        guard #available(macOS 26, iOS 26, tvOS 26, watchOS 26, visionOS 26, *) else {
            return Task(executorPreference: executor) { await body() }
        }
        guard let executor else { return Task.immediate { await body() } }
        return Task.immediate(executorPreference: executor) { await body() }
    }
}
