/// A phase of a run in numbers.
struct Summary {
    /// Successful calls a second, of those that started in the phase.
    let goodput: Double
    /// The share of calls that failed.
    let failures: Double
    /// Requests a second that the upstream got.
    let load: Double
    /// Requests for each call; without retries there is one.
    let requestsPerCall: Double
    /// The maximum wait of half of the callers, for their answer or their error; and of 99 % of them.
    let p50: Duration
    let p99: Duration
}

extension Run {
    /// Sums a phase up; the end of a call that did not end in time is unknown.
    subscript(phase: Phase) -> Summary {
        let time = schedule[phase]
        let started = calls.filter { time.contains($0.start) }
        let ended = started.filter { $0.end < schedule.end }
        let successes = ended.count { $0.hasSucceeded }
        let requests = requests.count(where: time.contains)
        let waits = ended.map { $0.end - $0.start }.sorted()
        return Summary(
            goodput: Double(successes) / time.seconds,
            failures: 1 - Double(successes) / Double(max(1, ended.count)),
            load: Double(requests) / time.seconds,
            requestsPerCall: Double(requests) / Double(max(1, started.count)),
            p50: waits.percentile(50),
            p99: waits.percentile(99))
    }

    /// The time after the outage until calls work again: the start of the first of twenty in a row; `nil` if none does.
    var recovery: Duration? {
        let later = calls.filter { $0.start >= schedule.outage.upperBound && $0.end < schedule.end }
        let row = 20
        let first = later.indices.dropLast(row - 1).first { later[$0..<($0 + row)].allSatisfy(\.hasSucceeded) }
        return first.map { later[$0].start - schedule.outage.upperBound }
    }
}

extension [Duration] {
    /// Returns the value, of sorted ones, that so many per cent of them do not exceed.
    func percentile(_ percent: Int) -> Duration {
        isEmpty ? .zero : self[(count * percent + 99) / 100 - 1]
    }
}
