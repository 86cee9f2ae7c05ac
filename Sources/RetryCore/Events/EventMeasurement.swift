/// A metric that the library reports: its name, its unit, and the way in which its values add up.
///
/// The names follow OpenTelemetry: times in seconds, units in the singular, and dimensions with few values.
public struct EventMetric: Sendable, Hashable {
    /// The kind of instrument that a metric needs.
    public enum Kind: String, Sendable, Hashable {
        /// Values are added.
        case counter
        /// Values are spread over buckets.
        case histogram
        /// The last value counts.
        case gauge
    }

    /// The name, such as `retry.call.duration`.
    public let name: String
    /// The unit in the notation of OpenTelemetry: `s` for seconds, `{retry}` for a number of retries.
    public let unit: String
    /// The kind of instrument.
    public let kind: Kind
    /// The names of the dimensions.
    public let dimensions: [String]

    private init(_ name: String, _ kind: Kind, _ unit: String, _ dimensions: [String]) {
        (self.name, self.kind, self.unit, self.dimensions) = (name, kind, unit, dimensions)
    }
}

extension EventMetric {
    /// The time from the begin of a call to its end, by its outcome: the code of its last event.
    public static let callDuration = EventMetric(
        "retry.call.duration", .histogram, "s", ["retry.operation", "retry.outcome", "error.type"])

    /// The attempts of a call, at its end; 0 if a guard rejected it before the first.
    public static let callAttempts = EventMetric("retry.call.attempts", .histogram, "{attempt}", ["retry.operation"])

    /// The retries, by the class and the type of the error before each.
    public static let retries = EventMetric(
        "retry.retries", .counter, "{retry}", ["retry.operation", "retry.class", "error.type"])

    /// The waits before retries.
    public static let retryDelay = EventMetric("retry.retry.delay", .histogram, "s", ["retry.operation"])

    /// The waits for a guard, such as a circuit that is open.
    public static let guardWait = EventMetric("retry.guard.wait", .histogram, "s", ["retry.operation"])

    /// The changes of state of a circuit breaker, by the new state.
    public static let breakerChanges = EventMetric(
        "retry.breaker.changes", .counter, "{change}", ["retry.breaker", "retry.state"])

    /// The state of a circuit breaker: 0 closed, 1 half-open, 2 open, 3 isolated or forced open.
    ///
    /// A breaker that admits everything, forced closed or disabled, is at 0.
    public static let breakerState = EventMetric("retry.breaker.state", .gauge, "1", ["retry.breaker"])

    /// The times at which a retry budget was exhausted.
    public static let budgetExhaustions = EventMetric(
        "retry.budget.exhaustions", .counter, "{exhaustion}", ["retry.budget"])

    /// The state of a retry budget: 1 from the first refusal up to the recovery, else 0.
    public static let budgetExhausted = EventMetric("retry.budget.exhausted", .gauge, "1", ["retry.budget"])

    /// The times at which a rate limiter began to reject calls.
    public static let limiterExhaustions = EventMetric(
        "retry.limiter.exhaustions", .counter, "{exhaustion}", ["retry.limiter"])

    /// The state of a rate limiter: 1 from the first rejection up to the recovery, else 0.
    public static let limiterExhausted = EventMetric("retry.limiter.exhausted", .gauge, "1", ["retry.limiter"])

    /// The times for which a service stopped a rate limiter.
    public static let limiterHolds = EventMetric("retry.limiter.hold", .histogram, "s", ["retry.limiter"])

    /// The limit that a rate limiter has learned, in tokens per period.
    public static let limiterLimit = EventMetric("retry.limiter.limit", .gauge, "{token}", ["retry.limiter"])

    /// The times at which a bulkhead began to reject calls.
    public static let bulkheadSaturations = EventMetric(
        "retry.bulkhead.saturations", .counter, "{saturation}", ["retry.bulkhead"])

    /// The state of a bulkhead: 1 from the first rejection up to the recovery, else 0.
    public static let bulkheadSaturated = EventMetric("retry.bulkhead.saturated", .gauge, "1", ["retry.bulkhead"])

    /// The number of permits of a bulkhead, when it has changed.
    public static let bulkheadPermits = EventMetric("retry.bulkhead.permits", .gauge, "{permit}", ["retry.bulkhead"])

    /// The times for which a cool-down gate was closed.
    public static let coolDownHolds = EventMetric("retry.cooldown.hold", .histogram, "s", ["retry.cooldown"])

    /// The state of a cool-down gate: 1 from a hold up to the opening for all calls, else 0.
    public static let coolDownClosed = EventMetric("retry.cooldown.closed", .gauge, "1", ["retry.cooldown"])

    /// The state of an adaptive throttle: 1 from the first rejection up to the recovery, else 0.
    public static let throttling = EventMetric("retry.throttle.active", .gauge, "1", ["retry.throttle"])

    /// The times from the start of a primary to that of a hedge; their number is that of the hedges.
    public static let hedgeDelay = EventMetric("retry.hedge.delay", .histogram, "s", ["retry.hedger"])

    /// The hedges that have ended, by their outcome: the code of the event.
    public static let hedges = EventMetric(
        "retry.hedge.ends", .counter, "{hedge}", ["retry.hedger", "retry.outcome"])

    /// The hedges that were due and did not start, by the reason.
    public static let hedgeSuppressions = EventMetric(
        "retry.hedge.suppressions", .counter, "{hedge}", ["retry.hedger", "retry.reason"])

    /// The runs of a coalescer that were cancelled, because their last caller had left.
    public static let coalescerAbandoned = EventMetric(
        "retry.coalescer.abandoned", .counter, "{run}", ["retry.coalescer"])

    /// The state of a coalescer: 1 from the first call without a place up to the next run, else 0.
    public static let coalescerFull = EventMetric("retry.coalescer.full", .gauge, "1", ["retry.coalescer"])

    /// The failures that a fallback replaced or was to replace, by what became of them: the code of the event.
    public static let fallbacks = EventMetric(
        "retry.fallbacks", .counter, "{failure}", ["retry.operation", "retry.outcome", "retry.class", "error.type"])

    /// The ages of the values that were served in place of a failure.
    public static let staleAge = EventMetric("retry.stale.age", .histogram, "s", ["retry.operation"])

    /// The faults, latencies, outcomes and behaviors that chaos injected, by their kind.
    ///
    /// No other metric has a dimension `retry.chaos`: a dashboard can leave the injections out.
    public static let chaosInjections = EventMetric(
        "retry.chaos.injections", .counter, "{injection}", ["retry.operation", "retry.chaos"])

    /// The events of breakers, budgets, hedgers and other guards that were lost, because their observer was too slow.
    public static let lostEvents = EventMetric("retry.events.lost", .counter, "{event}", [])

    /// All metrics of the library.
    public static let all: [EventMetric] = [
        callDuration, callAttempts, retries, retryDelay, guardWait, breakerChanges, breakerState, budgetExhaustions,
        budgetExhausted, limiterExhaustions, limiterExhausted, limiterHolds, limiterLimit, bulkheadSaturations,
        bulkheadSaturated, bulkheadPermits, coolDownHolds, coolDownClosed, throttling, hedgeDelay, hedges,
        hedgeSuppressions, coalescerAbandoned, coalescerFull, fallbacks, staleAge, chaosInjections, lostEvents,
    ]
}

/// A value that an event adds to a metric.
public struct EventMeasurement: Sendable, Hashable {
    /// The metric.
    public let metric: EventMetric
    /// The value, in the unit of the metric.
    public let value: Double
    /// The dimensions, in the order of the metric's.
    public let dimensions: [EventField]

    /// Creates a measurement.
    ///
    /// - Parameters:
    ///   - metric: The metric.
    ///   - value: The value, in the unit of the metric.
    ///   - dimensions: The dimensions, in the order of the metric's.
    public init(_ metric: EventMetric, _ value: Double, _ dimensions: EventField...) {
        (self.metric, self.value, self.dimensions) = (metric, value, dimensions)
    }
}

/// An instrument of a metrics system: a metric for one value of each dimension.
public struct EventInstrument: Sendable {
    /// The metric: its unit and its kind.
    public let metric: EventMetric
    /// The dimensions: names and values.
    public let dimensions: [(String, String)]

    /// The name of the metric.
    public var name: String { metric.name }
}
