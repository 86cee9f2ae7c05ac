/// One line of the report: something measured, what it is compared with, and how good it has to be.
struct Row: Sendable {
    /// Runs the thing measured the given number of times.
    typealias Batch = @Sendable (_ count: Int) async throws -> Void

    var name: String
    var bar: Bar
    var mallocs: MallocBar
    var batch: Batch
    var loop: Batch?

    /// Declares a row whose batches are written out.
    ///
    /// - Parameters:
    ///   - name: What is measured; the command's filter looks for a part of it.
    ///   - bar: How long one operation may take.
    ///   - mallocs: How many allocations it may make.
    ///   - loop: Does the same by hand, in the same kind of function and isolation. Each round runs both.
    ///   - batch: Runs it `count` times.
    init(_ name: String, bar: Bar, mallocs: MallocBar = .shown, loop: Batch? = nil, batch: @escaping Batch) {
        precondition(loop != nil || !(bar.needsLoop || mallocs.needsLoop), "\(name): its bar compares with a loop")
        self.name = name
        self.bar = bar
        self.mallocs = mallocs
        self.batch = batch
        self.loop = loop
    }
}

/// How long one operation may take.
enum Bar: Sendable {
    /// At most so many times as long as the loop by hand.
    case ratio(Double)
    /// At most so many nanoseconds more than the loop by hand.
    case nanosecondsAboveLoop(Double)
    /// At most so many nanoseconds.
    case nanoseconds(Double)
    /// As long as it takes.
    case shown

    var needsLoop: Bool {
        switch self {
        case .ratio, .nanosecondsAboveLoop: true
        case .nanoseconds, .shown: false
        }
    }
}

/// How many allocations one operation may make.
enum MallocBar: Sendable, ExpressibleByIntegerLiteral {
    /// At most so many.
    case atMost(Int)
    /// At most so many more than the loop by hand.
    case aboveLoop(Int)
    /// As many as it makes.
    case shown

    init(integerLiteral value: Int) {
        self = .atMost(value)
    }

    var needsLoop: Bool {
        if case .aboveLoop = self { true } else { false }
    }
}
