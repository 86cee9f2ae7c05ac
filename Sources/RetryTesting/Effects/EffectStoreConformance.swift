public import RetryCore

/// A conformance kit for effect stores: every row of the table, races, limits, and hostile input.
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
/// The kit creates a new and empty store for each rule. Rules that it cannot check are skipped, and reported.
public struct EffectStoreConformance: Sendable {
    /// The settings for a new store.
    public struct Settings: Sendable, Hashable {
        /// The time for which it keeps settled records.
        public var retention: Duration
        /// The maximum number of records; the store's own limit if `nil`.
        public var capacity: Int?
        /// The maximum number of records of a tenant; the store's own limit if `nil`.
        public var tenantQuota: Int?
        /// The maximum size of a result in bytes; at least 65,536 if `nil`.
        public var maxResultBytes: Int?
    }

    /// The source of a store's time.
    public enum Time: Sendable {
        /// The store uses the clock of the kit, and the kit moves it. The default.
        case manual
        /// The store has a time of its own, such as its server's; the closure lets this much of it pass.
        case external(@Sendable (Duration) async throws -> Void)
        /// The store's time cannot be moved: rules that depend on it are skipped.
        case fixed
    }

    /// Creates a store, or returns `nil` if it has no such settings; rules that need them are skipped then.
    public typealias MakeStore = @Sendable (Settings, RetryClock) async throws -> (any EffectStore)?

    let time: Time
    let unit: Duration
    let makeStore: MakeStore

    /// Creates a kit.
    ///
    /// - Parameters:
    ///   - time: The source of the stores' time.
    ///   - unit: The duration of leases; records are kept for ten times as long. Make it short if real time passes.
    ///   - makeStore: Creates a new and empty store.
    public init(time: Time = .manual, unit: Duration = .seconds(10), makeStore: @escaping MakeStore) {
        self.time = time
        self.unit = unit
        self.makeStore = makeStore
    }

    /// Checks every rule.
    ///
    /// - Returns: The report: the rules that were checked, those that were not, and the violations.
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
    /// A rule that a store breaks.
    public struct Violation: Error, Sendable, Hashable, CustomStringConvertible {
        /// The rule that is broken.
        public let rule: String
        /// The store's behaviour, and the required one.
        public let problem: String

        /// The rule and the problem.
        public var description: String { "\(rule): \(problem)" }
    }

    /// The report of a run of the kit.
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

/// The reason why a rule cannot be checked.
struct ConformanceSkip: Error {
    let reason: String
}

/// A problem of a store.
struct ConformanceProblem: Error {
    let text: String
}
