import RetryCore
import Testing

@Suite("The search for an order of a history", .timeLimit(.minutes(20)))
struct LinearizabilityTests {
    /// A counter that answers with its value before the addition.
    private struct Counter: SequentialModel {
        var key = 0

        mutating func allows(_ output: Int, for input: Int) -> Bool {
            defer { key += input }
            return output == key
        }
    }

    private typealias Entry = HistoryEntry<Int, Int>

    private func holds(_ entries: Entry...) -> Bool {
        Linearizability.holds(entries, from: Counter())
    }

    @Test("takes operations that overlap in any order")
    func overlapping() {
        #expect(
            holds(
                Entry(thread: 0, input: 1, output: 1, begin: 1, end: 4),
                Entry(thread: 1, input: 1, output: 0, begin: 2, end: 3)))
    }

    @Test("keeps the order of operations that don't")
    func following() {
        #expect(
            !holds(
                Entry(thread: 0, input: 1, output: 1, begin: 1, end: 2),
                Entry(thread: 1, input: 1, output: 0, begin: 3, end: 4)))
    }

    @Test("finds a lost addition")
    func lost() {
        #expect(
            !holds(
                Entry(thread: 0, input: 1, output: 0, begin: 1, end: 4),
                Entry(thread: 1, input: 1, output: 0, begin: 2, end: 3)))
    }

    @Test("looks at an operation that overlaps with many")
    func long() {
        #expect(
            holds(
                Entry(thread: 0, input: 5, output: 2, begin: 1, end: 9),
                Entry(thread: 1, input: 1, output: 0, begin: 2, end: 3),
                Entry(thread: 1, input: 1, output: 1, begin: 4, end: 5),
                Entry(thread: 1, input: 1, output: 7, begin: 6, end: 7)))
    }

    @Test("of real threads meets overlapping operations")
    func threads() throws {
        let plans = (0..<500).map { number in
            HistoryRun<Locked<Int>, Int, Int, Int>.Plan(
                object: Locked(0), steps: Array(repeating: [1, 2, 3], count: 3), isWide: number.isMultiple(of: 2))
        }
        let histories = try #require(
            HistoryRun(plans).histories { counter in
                { step in
                    (
                        step,
                        counter.withLock { value in
                            defer { value += step }
                            return value
                        }
                    )
                }
            })
        #expect(histories.allSatisfy { $0.count == 9 && Linearizability.holds($0, from: Counter()) })
        for (plan, history) in zip(plans, histories) where plan.isWide { #expect(history.overlapCount() == 9) }
    }
}
