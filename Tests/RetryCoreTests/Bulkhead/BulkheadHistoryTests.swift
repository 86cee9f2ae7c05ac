import RetryCore
import RetryTesting
import Testing

/// A bulkhead answers concurrent threads as its state machine answers sequential calls.
@Suite("Histories of a bulkhead on real threads", .timeLimit(.minutes(20)))
struct BulkheadHistoryTests {
    /// The next step of a thread; it knows the permits and the places that it has.
    enum Step: CaseIterable, Sendable {
        case tryAcquire, acquire, release, leave, look, shrink, grow, read
    }

    enum Input: Sendable {
        case acquire(queue: Int, waiter: Int)
        case release
        case leave(waiter: Int)
        case look(waiter: Int)
        case resize(Int)
        case read
    }

    enum Output: Sendable, Equatable {
        case nothing, granted, queued, refused, waiting
        case seen(used: Int, waiting: Int)
    }

    struct Model: SequentialModel {
        struct Key: Hashable {
            var limit: Int
            var used = 0
            var line: [Int] = []
            /// The waiters that have a permit, and have not looked yet.
            var granted: Set<Int> = []

            mutating func grant() {
                while used < limit, let first = line.first {
                    line.removeFirst()
                    granted.insert(first)
                    used += 1
                }
            }
        }

        var key: Key

        mutating func allows(_ output: Output, for input: Input) -> Bool { output == answer(input) }

        private mutating func answer(_ input: Input) -> Output {
            switch input {
            case .acquire(let queue, let waiter):
                if key.used < key.limit, key.line.isEmpty {
                    key.used += 1
                    return .granted
                }
                guard key.line.count < queue else { return .refused }
                key.line.append(waiter)
                return .queued
            case .release:
                key.used -= 1
                key.grant()
            case .leave(let waiter):
                if let index = key.line.firstIndex(of: waiter) {
                    key.line.remove(at: index)
                } else {
                    key.granted.remove(waiter)
                    key.used -= 1
                    key.grant()
                }
            case .look(let waiter): return key.granted.contains(waiter) ? .granted : .waiting
            case .resize(let limit):
                key.limit = limit
                key.grant()
            case .read: return .seen(used: key.used, waiting: key.line.count)
            }
            return .nothing
        }
    }

    /// What a thread has: permits, and places in the queue.
    struct Holdings: Sendable {
        let thread: Int
        var permits = 0
        var places: [(place: UInt64, waiter: Int)] = []
        var next = 0
    }

    struct Harness: Sendable {
        let bulkhead = Bulkhead(.permits(2, queue: 2))
        let threads = Locked(0)

        func holdings() -> Holdings {
            Holdings(
                thread: threads.withLock { count in
                    count += 1
                    return count
                })
        }

        func perform(_ step: Step, _ own: inout Holdings) -> (Input, Output) {
            switch step {
            case .tryAcquire, .acquire:
                let queue = step == .acquire ? 2 : 0
                own.next += 1
                let waiter = own.thread * 100 + own.next
                switch bulkhead.acquire(queue: queue) {
                case .granted:
                    own.permits += 1
                    return (.acquire(queue: queue, waiter: waiter), .granted)
                case .refused: return (.acquire(queue: queue, waiter: waiter), .refused)
                case .queued(let place, _):
                    own.places.append((place, waiter))
                    return (.acquire(queue: queue, waiter: waiter), .queued)
                }
            case .release:
                guard own.permits > 0 else { return perform(.acquire, &own) }
                own.permits -= 1
                bulkhead.release()
                return (.release, .nothing)
            case .leave:
                guard let last = own.places.popLast() else { return perform(.tryAcquire, &own) }
                bulkhead.leave(last.place)
                return (.leave(waiter: last.waiter), .nothing)
            case .look:
                guard let first = own.places.first else { return perform(.read, &own) }
                if case .granted = bulkhead.look(at: first.place, until: .max) {
                    return (.look(waiter: first.waiter), .granted)
                }
                return (.look(waiter: first.waiter), .waiting)
            case .shrink, .grow:
                let limit = step == .shrink ? 1 : 3
                bulkhead.resize(to: limit)
                return (.resize(limit), .nothing)
            case .read:
                let seen = bulkhead.snapshot()
                return (.read, .seen(used: seen.used, waiting: seen.waiting))
            }
        }
    }

    @Test("have an order in which the state machine answers the same")
    func histories() throws {
        var generator = SeededGenerator(seed: 13)
        // Half of them with operations that are made to overlap.
        let plans = (0..<10_000).map { number in
            HistoryRun<Harness, Step, Input, Output>.Plan(
                object: Harness(),
                steps: (0..<3).map { _ in
                    (0..<4).map { _ in Step.allCases.randomElement(using: &generator) ?? .acquire }
                },
                isWide: number.isMultiple(of: 2))
        }
        let histories = try #require(
            HistoryRun(plans).histories { harness in
                var own = harness.holdings()
                return { step in harness.perform(step, &own) }
            })
        let model = Model(key: Model.Key(limit: 2))
        let wrong = histories.filter { !Linearizability.holds($0, from: model) }
        #expect(wrong.count == 0, "\(wrong.first.map { "\($0)" } ?? "")")
        #expect(histories.map { $0.overlapCount() }.reduce(0, +) > 10_000)
    }
}
