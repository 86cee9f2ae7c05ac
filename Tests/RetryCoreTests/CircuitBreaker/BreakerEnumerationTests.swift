import RetryCore
import RetryTesting
import Testing

/// Walks through every sequence of inputs up to a length, with the machine and with the model, and compares.
private struct BreakerEnumeration {
    struct Place {
        var machine: CircuitBreakerStateMachine
        var model: BreakerModel
        var now = 0
        var running: [(admission: CircuitBreakerStateMachine.Admission, call: BreakerModel.Call)] = []
        var way: [String] = []
    }

    private(set) var sequences = 0
    private(set) var differences: [String] = []
    private var generator = SeededGenerator(seed: 0)

    mutating func walk(_ model: BreakerModel, length: Int) {
        step(Place(machine: CircuitBreakerStateMachine(policy: model.policy), model: model), length)
    }

    private mutating func step(_ place: Place, _ left: Int) {
        compare(place)
        guard left > 0 else {
            sequences += 1
            return
        }
        admit(place, left - 1)
        wait(place, left - 1)
        // The oldest and the newest call: what comes from an earlier generation, and what does not.
        for index in Set([0, place.running.count - 1]) where place.running.indices.contains(index) {
            for end in BreakerModel.End.allCases { finish(place, index, end, left - 1) }
        }
    }

    private mutating func admit(_ before: Place, _ left: Int) {
        var place = before
        place.way.append("admit")
        let admission = place.machine.admit(at: .seconds(place.now), using: &generator)
        let call = place.model.admit(at: place.now)
        switch (admission, call) {
        case (let admission?, let call?): place.running.append((admission, call))
        case (nil, nil): break
        default: return differ(place, "admitted: \(admission != nil), should be: \(call != nil)")
        }
        step(place, left)
    }

    private mutating func wait(_ before: Place, _ left: Int) {
        var place = before
        place.way.append("wait")
        place.now += 1
        step(place, left)
    }

    private mutating func finish(_ before: Place, _ index: Int, _ end: BreakerModel.End, _ left: Int) {
        var place = before
        place.way.append("\(end) \(index)")
        let (admission, call) = place.running.remove(at: index)
        place.machine.finish(admission, end.result, at: .seconds(place.now), using: &generator)
        place.model.end(call, end, at: place.now)
        step(place, left)
    }

    private mutating func compare(_ place: Place) {
        let (is_, should) = (place.machine.state(at: .seconds(place.now)), place.model.state(at: place.now))
        if is_ != should { differ(place, "\(is_), should be \(should)") }
        if case .closed(let failures) = place.model.circuit, place.machine.consecutiveFailures != failures {
            differ(place, "\(place.machine.consecutiveFailures) failures in a row, should be \(failures)")
        }
    }

    private mutating func differ(_ place: Place, _ problem: String) {
        if differences.count < 5 { differences.append("\(place.way): \(problem)") }
    }
}

@Suite("The breaker's machine and its model", .timeLimit(.minutes(20)))
struct BreakerEnumerationTests {
    @Test(
        "agree after every sequence of inputs",
        arguments: [
            BreakerModel(threshold: 1, probes: 1, successes: 1, allowedFailures: 0, breakTime: 1, lease: 1),
            BreakerModel(threshold: 1, probes: 1, successes: 2, allowedFailures: 0, breakTime: 1, lease: 2),
            BreakerModel(threshold: 1, probes: 2, successes: 2, allowedFailures: 1, breakTime: 1, lease: 1),
            BreakerModel(threshold: 2, probes: 1, successes: 1, allowedFailures: 0, breakTime: 2, lease: 1),
        ])
    func walk(model: BreakerModel) {
        var walk = BreakerEnumeration()
        walk.walk(model, length: 8)
        #expect(walk.differences == [])
        #expect(walk.sequences > 10_000)
    }
}
