import RetryCore

/// A second implementation of the rules, in another way: it keeps the whole history, and derives each step from it.
struct HedgeModel {
    enum Entry {
        case slot(Int64, starts: Bool)
        case failure(Int64, HedgeStateMachine.Failure)
    }

    let maxAttempts: Int
    let delay: Int64?
    let expectedTime: Int64
    let maxHint: Int64
    let deadline: Int64
    private(set) var history: [Entry] = []
    private(set) var running: Set<Int> = []
    private(set) var end: HedgeEnd?
    private(set) var starts: [Int64] = []
    private(set) var asksForStart = false
    private(set) var suppressedByDeadline = 0

    init(maxAttempts: Int, delay: Int64?, expectedTime: Int64, maxHint: Int64, deadline: Int64) {
        self.maxAttempts = maxAttempts
        self.delay = delay
        self.expectedTime = expectedTime
        self.maxHint = maxHint
        self.deadline = deadline
    }

    private var slots: Int { history.filter { if case .slot = $0 { true } else { false } }.count }

    /// The wait that each failure asked for; `nil` for ever.
    private var waits: [Int64?] {
        history.compactMap { entry in
            guard case .failure(let time, .retryable(let hint)) = entry else { return nil }
            switch hint {
            case nil: return .some(time)
            case .never: return .some(nil)
            case .after(let wait):
                let wait = wait.saturatedNanoseconds
                return wait < 0 ? .some(time) : wait > maxHint ? .some(nil) : .some(time + wait)
            }
        }
    }

    private var next: Int64? {
        guard slots < maxAttempts, waits.allSatisfy({ $0 != nil }) else { return nil }
        let base: Int64?
        switch history.last {
        case nil: base = 0
        case .slot(let time, _): base = delay.map { time + $0 }
        case .failure(let time, _): base = time
        }
        return base.map { max($0, waits.compactMap { $0 }.max() ?? $0) }
    }

    mutating func step(at now: Int64) -> HedgeStep {
        asksForStart = false
        if let end { return .finish(end) }
        guard let next else {
            if !running.isEmpty { return .wait(until: nil) }
            end = .allFailed
            return .finish(.allFailed)
        }
        if history.isEmpty || max(next, now) + expectedTime < deadline {
            asksForStart = next <= now
            return next <= now ? .start(starts.count + 1) : .wait(until: next)
        }
        if next > now, !running.isEmpty { return .wait(until: next < deadline ? next : nil) }
        suppressedByDeadline += 1
        suppress(at: now)
        return step(at: now)
    }

    mutating func started(at now: Int64) {
        guard asksForStart, end == nil else { return }
        history.append(.slot(now, starts: true))
        starts.append(now)
        running.insert(starts.count)
    }

    mutating func suppressed(at now: Int64) {
        guard asksForStart, end == nil else { return }
        suppress(at: now)
    }

    private mutating func suppress(at now: Int64) {
        history.append(.slot(now, starts: false))
        if running.isEmpty { end = .allFailed }
    }

    mutating func failed(_ attempt: Int, _ failure: HedgeStateMachine.Failure, at now: Int64) {
        guard end == nil, running.remove(attempt) != nil else { return }
        history.append(.failure(now, failure))
        if failure == .fatal { end = .fatal(of: attempt) }
    }

    mutating func succeeded(_ attempt: Int) {
        guard end == nil, running.remove(attempt) != nil else { return }
        end = .success(of: attempt)
    }

    mutating func cancelled() { end = end ?? .cancelled }
}
