import Synchronization

/// The possible answers of an object to sequential calls.
protocol SequentialModel {
    associatedtype Input: Sendable
    associatedtype Output: Sendable
    /// All that later answers depend on.
    associatedtype Key: Hashable

    var key: Key { get }

    /// Takes one input; whether this output is the right one.
    mutating func allows(_ output: Output, for input: Input) -> Bool
}

/// One operation of a history: what was asked and answered, and between which moments.
struct HistoryEntry<Input: Sendable, Output: Sendable>: Sendable {
    let thread: Int
    let input: Input
    let output: Output
    let begin: Int
    let end: Int
}

/// Looks for an order of a history's operations in which a model gives the same answers.
///
/// An operation takes effect at one moment between its beginning and its end. So the next one in the order is one that
/// began before any other of the rest had ended; each of them is tried, and a place that was reached before, by another
/// way, is not tried again.
struct Linearizability<Model: SequentialModel> {
    typealias Entry = HistoryEntry<Model.Input, Model.Output>

    private struct Place: Hashable {
        let done: UInt64
        let key: Model.Key
    }

    private let entries: [Entry]
    private var seen: Set<Place> = []

    /// Returns whether there is such an order; for histories of at most 64 operations.
    static func holds(_ entries: [Entry], from model: Model) -> Bool {
        precondition(entries.count <= 64, "A history has at most 64 operations")
        var search = Linearizability(entries: entries.sorted { $0.begin < $1.begin })
        return search.finish(from: model, done: 0)
    }

    private init(entries: [Entry]) {
        self.entries = entries
    }

    private mutating func finish(from model: Model, done: UInt64) -> Bool {
        if done.nonzeroBitCount == entries.count { return true }
        var earliestEnd = Int.max
        for index in entries.indices where done & (1 << UInt64(index)) == 0 {
            let entry = entries[index]
            // Sorted by their beginnings: all that follow began later still.
            if entry.begin > earliestEnd { break }
            earliestEnd = min(earliestEnd, entry.end)
            var next = model
            guard next.allows(entry.output, for: entry.input) else { continue }
            let after = done | 1 << UInt64(index)
            guard seen.insert(Place(done: after, key: next.key)).inserted else { continue }
            if finish(from: next, done: after) { return true }
        }
        return false
    }
}

extension Array {
    /// Returns the number of operations of a history that overlap with one of another thread.
    func overlapCount<Input, Output>() -> Int where Element == HistoryEntry<Input, Output> {
        filter { one in contains { $0.thread != one.thread && $0.begin < one.end && one.begin < $0.end } }.count
    }
}

/// Makes histories of real threads.
///
/// The threads live for the whole run and meet before each history, so that they begin it together. Whether operations
/// that take a few nanoseconds then overlap is a matter of luck and of idle cores; in a wide history the threads also meet
/// within each operation, so that all that are made at the same step overlap.
final class HistoryRun<Object: Sendable, Step: Sendable, Input: Sendable, Output: Sendable>: Sendable {
    typealias Entry = HistoryEntry<Input, Output>

    /// An object, and what each thread asks of it.
    struct Plan: Sendable {
        let object: Object
        let steps: [[Step]]
        /// A Boolean value that indicates whether the threads meet within each operation; for plans in which all have
        /// as many steps.
        var isWide = false
    }

    private let plans: [Plan]
    private let ticks = Atomic<Int>(0)
    private let arrivals = Atomic<Int>(0)

    /// Creates a run of one history per plan; all plans have as many threads.
    init(_ plans: [Plan]) {
        self.plans = plans
    }

    /// Runs all plans.
    ///
    /// - Parameter worker: Makes what a thread keeps during one history: a closure that takes a step and answers.
    /// - Returns: The histories, in the order of the plans; `nil` if a thread did not come to its end.
    func histories(
        _ worker: @escaping @Sendable (Object) -> (Step) -> (Input, Output)
    ) -> [[Entry]]? {
        let threads = plans.first?.steps.count ?? 0
        let meeting = Meeting(of: threads)
        let running = (0..<threads).map { thread in
            TestThread { [self] in
                plans.enumerated().map { index, plan in
                    let perform = worker(plan.object)
                    meeting.wait()
                    arrive(untilThereAre: index * threads + min(2, threads))
                    return plan.steps[thread].map { step in
                        let begin = ticks.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue
                        if plan.isWide { meeting.wait() }
                        let (input, output) = perform(step)
                        let end = ticks.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue
                        return Entry(thread: thread, input: input, output: output, begin: begin, end: end)
                    }
                }
            }
        }
        let parts = running.map { $0.join() }
        guard parts.allSatisfy({ $0 != nil }) else { return nil }
        return plans.indices.map { history in parts.flatMap { $0?[history] ?? [] } }
    }

    /// Waits a moment for another thread: those that met wake up one after the other, and the operations are short.
    ///
    /// For one, and not for all: there may be fewer cores than threads.
    private func arrive(untilThereAre count: Int) {
        arrivals.wrappingAdd(1, ordering: .sequentiallyConsistent)
        var looks = 0
        while looks < 10_000, arrivals.load(ordering: .sequentiallyConsistent) < count { looks += 1 }
    }
}
