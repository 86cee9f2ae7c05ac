import RetryCore
import RetryTesting
import Testing

@Suite("The permits of a bulkhead: the state machine", .timeLimit(.minutes(20)))
struct PermitStateMachineTests {
    @Test("permits go to the waiters in the order of their arrival, and nobody overtakes them")
    func order() {
        var machine = PermitStateMachine<Int>(limit: 2)
        let answers = [machine.acquire(), machine.acquire(), machine.acquire()]
        #expect(answers == [true, true, false])
        _ = (machine.enqueue(1), machine.enqueue(2), machine.enqueue(3))
        #expect(machine.used == 2 && machine.waiting == 3)
        #expect(machine.release() == 1)
        #expect(machine.acquire() == false, "a free permit belongs to whoever waits")
        let released = [machine.release(), machine.release(), machine.release()]
        #expect(released == [2, 3, nil])
        #expect(machine.acquire() == true)
        #expect(machine.used == 2)
    }

    @Test("aborted waiters at the head do not hold up the live one")
    func abortedHead() {
        var machine = PermitStateMachine<Int>(limit: 1)
        #expect(machine.acquire() == true)
        let places = (0..<100).map { machine.enqueue($0) }
        _ = machine.enqueue(100)
        for place in places { #expect(machine.leave(place) == true) }
        #expect(machine.release() == 100)
    }

    @Test("a place names one waiter for ever, although its memory is used again")
    func places() {
        var machine = PermitStateMachine<Int>(limit: 1)
        #expect(machine.acquire() == true)
        let first = machine.enqueue(1)
        let answers = [machine.leave(first), machine.leave(first)]
        #expect(answers == [true, false])
        let second = machine.enqueue(2)
        #expect(first != second)
        #expect(machine.leave(first) == false)
        #expect(machine.waiter(at: first) == nil && machine.waiter(at: second) == 2)
        #expect(machine.release() == 2)
        #expect(machine.waiter(at: second) == nil)
        #expect(machine.leave(second) == false)
    }

    @Test("fewer permits: those in use stay, the surplus goes as they are released; more permits wake the waiters")
    func resize() {
        var machine = PermitStateMachine<Int>(limit: 8)
        for _ in 0..<8 { #expect(machine.acquire() == true) }
        #expect(machine.resize(to: 3) == [])
        #expect(machine.used == 8 && machine.free == -5)
        _ = (machine.enqueue(1), machine.enqueue(2))
        for _ in 0..<5 { #expect(machine.release() == nil) }
        #expect(machine.free == 0 && machine.used == 3)
        #expect(machine.release() == 1)
        #expect(machine.resize(to: 4) == [2])
        #expect(machine.resize(to: 6) == [])
        #expect(machine.free == 2)
    }

    /// Every sequence of eight inputs, from every state that they reach.
    @Test func exhaustive() {
        struct State {
            var machine: PermitStateMachine<Int>
            var places: [UInt64] = []
            var line: [Int] = []
            var used = 0
            var limit = 2
            var next = 0
        }
        var count = 0
        func walk(_ state: State, _ depth: Int) {
            count += 1
            #expect(state.machine.used == state.used && state.machine.waiting == state.line.count)
            #expect(state.machine.free <= 0 || state.line.isEmpty, "a permit is free while a caller waits")
            if depth == 0 { return }
            var one = state
            let isFree = state.used < state.limit && state.line.isEmpty
            if one.machine.acquire() != isFree { Issue.record("acquire") }
            if isFree { one.used += 1 }
            walk(one, depth - 1)
            if !isFree {
                one = state
                one.places.append(one.machine.enqueue(one.next))
                one.line.append(one.next)
                one.next += 1
                walk(one, depth - 1)
            }
            if state.used > 0 {
                one = state
                one.used -= 1
                let expected = one.used < one.limit ? one.line.first : nil
                #expect(one.machine.release() == expected)
                if expected != nil { (one.used, _) = (one.used + 1, one.line.removeFirst()) }
                walk(one, depth - 1)
            }
            for number in Set([state.line.first, state.line.last].compactMap { $0 }) {
                one = state
                #expect(one.machine.leave(one.places[number]) == true)
                one.line.removeAll { $0 == number }
                walk(one, depth - 1)
            }
            for limit in [1, 3] where limit != state.limit {
                one = state
                one.limit = limit
                let granted = one.machine.resize(to: limit)
                let most = max(0, min(one.line.count, limit - one.used))
                #expect(granted == Array(one.line.prefix(most)))
                one.line.removeFirst(most)
                one.used += most
                walk(one, depth - 1)
            }
        }
        walk(State(machine: PermitStateMachine(limit: 2)), 8)
        #expect(count > 10_000)
    }
}
