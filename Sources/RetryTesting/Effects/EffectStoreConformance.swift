public import RetryCore

/// Checks that an effect store keeps its promises: every row of the table, races, limits, and what is hostile.
///
/// Run it in the tests of your store. It needs no test framework:
///
/// ```swift
/// let kit = EffectStoreConformance { settings, clock in
///     MyStore(retention: settings.retention, clock: clock)
/// }
/// let report = await kit.run()
/// try report.requireNoViolations()
/// ```
///
/// The kit makes a new and empty store for each rule. What it cannot check it skips, and says so.
public struct EffectStoreConformance: Sendable {
    /// What a store is to be made with.
    public struct Settings: Sendable, Hashable {
        /// For how long it keeps what is settled.
        public var retention: Duration
        /// How many records it has at most; as many as it likes if `nil`.
        public var capacity: Int?
        /// How many records a tenant has at most; as many as it likes if `nil`.
        public var tenantQuota: Int?
        /// How many bytes a result has at most; at least 65,536 if `nil`.
        public var maxResultBytes: Int?
    }

    /// How the time of a store moves.
    public enum Time: Sendable {
        /// The store takes the clock that it is given, and the kit moves it. The default.
        case manual
        /// The store has a time of its own, such as its server's; the closure lets this much of it pass.
        case external(@Sendable (Duration) async throws -> Void)
        /// Nobody can move the store's time: what depends on it is skipped.
        case fixed
    }

    /// Makes a store, or returns `nil` where it has no such settings; what needs them is skipped then.
    public typealias MakeStore = @Sendable (Settings, RetryClock) async throws -> (any EffectStore)?

    let time: Time
    let unit: Duration
    let makeStore: MakeStore

    /// Creates a kit.
    ///
    /// - Parameters:
    ///   - time: How the time of the stores moves.
    ///   - unit: How long leases are; records are kept for ten times as long. Make it short where time passes for real.
    ///   - makeStore: Makes a new and empty store.
    public init(time: Time = .manual, unit: Duration = .seconds(10), makeStore: @escaping MakeStore) {
        self.time = time
        self.unit = unit
        self.makeStore = makeStore
    }

    /// Checks every rule.
    ///
    /// - Returns: What was checked, what was not, and what is wrong.
    public func run() async -> Report {
        var report = Report()
        for rule in Self.rules {
            let bench = ConformanceBench(kit: self)
            do {
                try await rule.check(bench)
                report.checked.append(rule.name)
            } catch let skip as ConformanceSkip {
                report.skipped.append("\(rule.name): \(skip.reason)")
            } catch let broken as ConformanceProblem {
                report.violations.append(Violation(rule: rule.name, problem: broken.text))
            } catch {
                report.violations.append(Violation(rule: rule.name, problem: "the store threw \(error)"))
            }
        }
        return report
    }

    /// The names of all rules.
    public static var ruleNames: [String] { rules.map(\.name) }

    static let rules =
        claimRules + settlementRules + leaseRules + reconciliationRules + retentionRules + keyRules + limitRules
        + raceRules + waitingRules
}

extension EffectStoreConformance {
    /// A promise that a store does not keep.
    public struct Violation: Error, Sendable, Hashable, CustomStringConvertible {
        /// The rule that is broken.
        public let rule: String
        /// What the store did, and what it should have done.
        public let problem: String

        /// The rule and the problem.
        public var description: String { "\(rule): \(problem)" }
    }

    /// What a run of the kit found.
    public struct Report: Sendable, CustomStringConvertible {
        /// The rules that the store keeps.
        public internal(set) var checked: [String] = []
        /// The rules that could not be checked, and why.
        public internal(set) var skipped: [String] = []
        /// The rules that the store breaks.
        public internal(set) var violations: [Violation] = []

        /// Throws the first violation, if there is one.
        public func requireNoViolations() throws(Violation) {
            if let first = violations.first { throw first }
        }

        /// The counts, and a line for each rule that was broken or skipped.
        public var description: String {
            (["\(checked.count) rules kept, \(violations.count) broken, \(skipped.count) skipped"]
                + violations.map { "broken: \($0)" } + skipped.map { "skipped: \($0)" }).joined(separator: "\n")
        }
    }

    struct Rule: Sendable {
        let name: String
        let check: @Sendable (ConformanceBench) async throws -> Void

        init(_ name: String, _ check: @escaping @Sendable (ConformanceBench) async throws -> Void) {
            self.name = name
            self.check = check
        }
    }
}

/// Why a rule cannot be checked.
struct ConformanceSkip: Error {
    let reason: String
}

/// What a store did wrong.
struct ConformanceProblem: Error {
    let text: String
}
