import RetryCore
import RetryTesting

/// A service with workers and an unbounded queue, behind an adaptive limit, in virtual time: one discrete-event run.
struct LoadedServer {
    /// The workers: calls beyond them wait in the service.
    var workers = 50
    /// The mean time of a call in a worker, in nanoseconds; exponential.
    var mean = 100e6
    /// Calls per second, in a Poisson process.
    var rate = 600.0
    /// The service stands still until this time: no call ends before.
    var stalledUntil: Int64 = 0
    /// The service refuses calls beyond so many that wait.
    var queue = Int.max

    private(set) var machine: AdaptiveLimitStateMachine
    private(set) var now: Int64 = 0
    private(set) var answered = 0
    private(set) var refused = 0
    private(set) var heldBack = 0
    private var generator: SeededGenerator
    private var nextArrival: Int64 = 0
    private var heldBackAt = Int64.min
    /// The calls so far, of which one in a few is measured.
    private var calls = 0
    private var inService: [(end: Int64, start: Int64)] = []
    private var waiting: [Int64] = []
    private var firstWaiting = 0

    init(_ limit: AdaptiveLimit, seed: UInt64) {
        machine = AdaptiveLimitStateMachine(limit, at: 0)
        generator = SeededGenerator(seed: seed)
    }

    var limit: Int { machine.limit }

    private var inFlight: Int { inService.count + waiting.count - firstWaiting }

    private mutating func exponential(_ mean: Double) -> Int64 {
        var draw = Double.random(in: 0..<1, using: &generator)
        draw = 1 - draw
        // The logarithm without a library of mathematics.
        var log = 0.0
        var x = draw
        while x < 0.5 { (x, log) = (x * 2, log - 0.6931471805599453) }
        let y = (x - 1) / (x + 1)
        log +=
            2 * y * (1 + y * y / 3 + y * y * y * y / 5 + y * y * y * y * y * y / 7 + y * y * y * y * y * y * y * y / 9)
        return Int64(-log * mean)
    }

    /// Runs for a time in seconds.
    mutating func run(seconds: Double, each look: (Int) -> Void = { _ in }) {
        let end = now + Int64(seconds * 1e9)
        var nextLook = now
        while now < end {
            let done = inService.indices.min { inService[$0].end < inService[$1].end }
            let next = min(nextArrival, done.map { inService[$0].end } ?? .max)
            now = next
            while nextLook <= now {
                look(limit)
                nextLook += 1_000_000_000
            }
            if let done, inService[done].end == next { finish(done) } else { arrive() }
        }
    }

    private mutating func arrive() {
        nextArrival = now + max(1, exponential(1e9 / rate))
        guard inFlight < limit else {
            heldBack += 1
            heldBackAt = now
            return
        }
        if inService.count < workers {
            begin(start: now)
        } else if waiting.count - firstWaiting < queue {
            waiting.append(now)
        } else {
            refused += 1
            if isMeasured() {
                _ = machine.record(
                    .failure(.rateLimit), latency: 1_000_000, inFlight: inFlight + 1, isHeldBack: isHeldBack, at: now)
            }
        }
    }

    private mutating func begin(start: Int64) {
        let begin = max(now, stalledUntil)
        inService.append((begin + max(1, exponential(mean)), start))
    }

    private var isHeldBack: Bool { inFlight >= limit || heldBackAt > now - 1_000_000_000 }

    private mutating func isMeasured() -> Bool {
        calls += 1
        return calls.isMultiple(of: machine.measuredShare)
    }

    private mutating func finish(_ index: Int) {
        let call = inService.swapRemove(index)
        answered += 1
        if isMeasured() {
            _ = machine.record(
                .success, latency: now - call.start, inFlight: inFlight + 1, isHeldBack: isHeldBack, at: now)
        }
        if firstWaiting < waiting.count {
            let start = waiting[firstWaiting]
            firstWaiting += 1
            if firstWaiting > 1_000 {
                waiting.removeFirst(firstWaiting)
                firstWaiting = 0
            }
            begin(start: start)
        }
    }
}

extension Array {
    fileprivate mutating func swapRemove(_ index: Int) -> Element {
        swapAt(index, count - 1)
        return removeLast()
    }
}
