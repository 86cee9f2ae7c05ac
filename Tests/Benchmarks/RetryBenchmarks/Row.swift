/// One line of the report: something measured, what it is compared with, and how good it has to be.
struct Row: Sendable {
    /// Runs the thing measured the given number of times.
    typealias Batch = @Sendable (_ count: Int) async throws -> Void
    /// Finds a number out, in one go; nil where the platform doesn't tell it.
    typealias Reading = @Sendable () async throws -> Double?

    enum Subject: Sendable {
        /// An operation that is repeated, beside the same in a handwritten loop.
        case operation(Batch, loop: Batch?)
        /// Something that is looked at once.
        case reading(Reading)
    }

    var name: String
    var bar: Bar
    var mallocs: MallocBar
    var subject: Subject

    /// Declares a row whose batches are written out.
    ///
    /// - Parameters:
    ///   - name: What is measured; the command's filter looks for a part of it.
    ///   - bar: How long one operation may take.
    ///   - mallocs: How many allocations it may make.
    ///   - loop: The same in a handwritten loop, in the same kind of function and isolation. Each round runs both.
    ///   - batch: Runs it `count` times.
    init(_ name: String, bar: Bar, mallocs: MallocBar = .shown, loop: Batch? = nil, batch: @escaping Batch) {
        precondition(loop != nil || !(bar.needsLoop || mallocs.needsLoop), "\(name): its bar compares with a loop")
        self.name = name
        self.bar = bar
        self.mallocs = mallocs
        subject = .operation(batch, loop: loop)
    }

    /// Declares a row that is one number, in the unit of its bar.
    init(_ name: String, bar: Bar, reading: @escaping Reading) {
        precondition(!bar.needsLoop, "\(name): there is no loop to compare a reading with")
        self.name = name
        self.bar = bar
        mallocs = .shown
        subject = .reading(reading)
    }
}

/// The bar of a row: mostly, the maximum time of one operation.
enum Bar: Sendable {
    /// At most so many times as long as the handwritten loop.
    case ratio(Double)
    /// At most so many nanoseconds more than the handwritten loop.
    case nanosecondsAboveLoop(Double)
    /// At most so many nanoseconds.
    case nanoseconds(Double)
    /// At least so many megabytes a second, where one operation works through so many bytes.
    case megabytesPerSecond(Double, operation: Int)
    /// A reading of at most so many bytes.
    case bytes(Double)
    /// A reading of at most so many milliseconds.
    case milliseconds(Double)
    /// A reading of at most so many times something else.
    case times(Double)
    /// As long as it takes.
    case shown

    var needsLoop: Bool {
        switch self {
        case .ratio, .nanosecondsAboveLoop: true
        case .nanoseconds, .megabytesPerSecond, .bytes, .milliseconds, .times, .shown: false
        }
    }
}

/// The maximum number of allocations of one operation.
enum MallocBar: Sendable, ExpressibleByIntegerLiteral {
    /// At most so many.
    case atMost(Int)
    /// At most so many more than the handwritten loop.
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
