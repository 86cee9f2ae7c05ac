import RetryCore

/// Walks through every sequence of inputs up to a length, the machine and the model side by side.
struct MachineEnumeration {
    /// Every failure there is: four classes, each with each hint.
    static let failures: [ErrorClassification] = [.transient, .unknown, .permanent, MachineRules.custom].flatMap {
        errorClass in
        [nil, RetryHint.after(.seconds(4)), .after(.seconds(20)), .never].map {
            ErrorClassification(errorClass, hint: $0)
        }
    }

    /// An input of both machines.
    private enum Input: CustomStringConvertible {
        case failed(ErrorClassification, at: Int)
        case waited(until: Int)
        case cancelled
        case succeeded

        var description: String {
            switch self {
            case .failed(let failure, let time): "\(failure.errorClass) \(failure.hint, default: "-") at \(time)"
            case .waited(let time): "waited until \(time)"
            case .cancelled: "cancelled"
            case .succeeded: "succeeded"
            }
        }
    }

    /// The state of both, after the same inputs.
    private struct Place {
        var machine: RetryStateMachine
        var model: MachineModel
        var elapsed = 0
        var way: [Input] = []
    }

    /// The durations of attempts, in seconds.
    let attemptTimes: [Int]
    /// The delays of a wait's end, in seconds; negative for an early end.
    let delays: [Int]

    /// The number of sequences that were run to their end.
    private(set) var sequences = 0
    /// The first few differences of the two.
    private(set) var differences: [String] = []
    /// The generator, which draws zero: no wait is spread out.
    private var generator = DrawCounter(value: 0)

    init(attemptTimes: [Int] = [0], delays: [Int] = [0]) {
        self.attemptTimes = attemptTimes
        self.delays = delays
    }

    /// Walks through every sequence of at most `length` inputs.
    mutating func walk(_ rules: MachineRules, length: Int) {
        attemptRuns(Place(machine: RetryStateMachine(policy: rules.policy), model: MachineModel(rules)), length)
    }
}

extension MachineEnumeration {
    private mutating func attemptRuns(_ place: Place, _ left: Int) {
        guard left > 0 else { return ended() }
        succeed(place)
        cancel(place)
        for time in attemptTimes {
            for failure in Self.failures { fail(place, failure, after: time, left - 1) }
        }
    }

    private mutating func fail(_ before: Place, _ failure: ErrorClassification, after time: Int, _ left: Int) {
        var place = before
        place.elapsed += time
        place.way.append(.failed(failure, at: place.elapsed))
        let expected = place.model.failed(failure, at: place.elapsed)
        let decision = place.machine.attemptFailed(failure, elapsed: .seconds(place.elapsed), using: &generator)
        guard decision == expected.decision else { return differ(place, "\(decision), not \(expected)") }
        compare(place)
        switch expected {
        case .retry(let wait): waits(place, for: wait, left)
        case .stop: stopped(place)
        }
    }

    private mutating func waits(_ before: Place, for wait: Int, _ left: Int) {
        guard left > 0 else { return ended() }
        cancel(before)
        for delay in delays {
            var place = before
            place.elapsed = max(0, place.elapsed + wait + delay)
            place.way.append(.waited(until: place.elapsed))
            let expected = place.model.waited(until: place.elapsed)
            guard place.machine.waitEnded(elapsed: .seconds(place.elapsed)) == expected else {
                differ(place, "the next attempt \(expected ? "does not start" : "starts")")
                continue
            }
            compare(place)
            if expected { attemptRuns(place, left - 1) } else { stopped(place) }
        }
    }

    private mutating func cancel(_ before: Place) {
        var place = before
        place.way.append(.cancelled)
        place.machine.cancelled()
        place.model.cancelled()
        stopped(place)
    }

    private mutating func succeed(_ before: Place) {
        var place = before
        place.way.append(.succeeded)
        place.machine.succeeded()
        place.model.succeeded()
        stopped(place)
    }

    /// Both have stopped: nothing that comes later changes anything.
    private mutating func stopped(_ before: Place) {
        ended()
        compare(before)
        var place = before
        let decision = place.machine.attemptFailed(.transient, elapsed: .zero, using: &generator)
        if decision != before.model.end.map(RetryDecision.stop) { differ(place, "\(decision) after the end") }
        if place.machine.waitEnded(elapsed: .zero) { differ(place, "an attempt starts after the end") }
        place.machine.succeeded()
        place.machine.cancelled()
        compare(place)
    }

    private mutating func ended() {
        sequences += 1
    }

    private mutating func compare(_ place: Place) {
        let (machine, model) = (place.machine, place.model)
        if machine.attempt != model.attempt { differ(place, "attempt \(machine.attempt), not \(model.attempt)") }
        if machine.stopReason != model.end {
            differ(place, "stop reason \(machine.stopReason, default: "nil"), not \(model.end, default: "nil")")
        }
    }

    private mutating func differ(_ place: Place, _ problem: String) {
        if differences.count < 5 { differences.append("after \(place.way): \(problem)") }
    }
}
