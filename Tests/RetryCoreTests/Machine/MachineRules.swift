import RetryCore
import Testing

/// A policy as plain numbers, all times in whole seconds, for the model; and the same as the library takes it.
struct MachineRules: Sendable, CustomTestStringConvertible {
    enum Hints: Sendable {
        case obey(atMost: Int)
        case clamp(Int)
        case ignore
    }

    let name: String
    var maxAttempts = 4
    /// The waits before retry 1, 2, …; the last one repeats.
    var delays = [1, 2, 3]
    var delaysByClass: [ErrorClass: [Int]] = [:]
    var neverRetried: Set<ErrorClass> = [.permanent, .auth, .permission]
    var limits: [ErrorClass: Int] = [.unknown: 2]
    var failsImmediately = false
    var deadline: Int?
    var behavior = DeadlineBehavior.stop
    var hints = Hints.obey(atMost: 300)

    init(_ name: String, _ change: (inout MachineRules) -> Void = { _ in }) {
        self.name = name
        change(&self)
    }

    var testDescription: String { name }

    /// The policy that means the same.
    var policy: RetryPolicy {
        var policy = RetryPolicy(maxAttempts: maxAttempts, backoff: Self.backoff(delays))
            .deadline(deadline.map { .seconds($0) }, behavior)
            .failsImmediately(failsImmediately)
            .retries(nil, for: .unknown, .permanent, .auth, .permission)
        for (errorClass, delays) in delaysByClass { policy = policy.backoff(Self.backoff(delays), for: errorClass) }
        for (errorClass, limit) in limits { policy = policy.retries(limit, for: errorClass) }
        for errorClass in neverRetried { policy = policy.never(errorClass) }
        switch hints {
        case .obey(let most): return policy.hints(.obey(atMost: .seconds(most)))
        case .clamp(let margin): return policy.hints(.clamp(within: .seconds(margin)))
        case .ignore: return policy.hints(.ignore)
        }
    }

    private static func backoff(_ delays: [Int]) -> Backoff {
        .list(delays.map { .seconds($0) })
    }
}

extension MachineRules {
    /// A class of the caller's own.
    static let custom = ErrorClass("warming_up")

    /// Rules without a deadline, for which time plays no part.
    static let timeless = [
        MachineRules("as most policies are"),
        MachineRules("one attempt") { $0.maxAttempts = 1 },
        MachineRules("two attempts") { $0.maxAttempts = 2 },
        MachineRules("more attempts than inputs") { $0.maxAttempts = 100 },
        MachineRules("unknown never retried by its limit") { $0.limits[.unknown] = 0 },
        MachineRules("unknown without a limit") { $0.limits = [:] },
        MachineRules("every class with a limit") {
            $0.limits = [.unknown: 1, .transient: 2, custom: 1]
        },
        MachineRules("a limit as high as the attempts") {
            $0.maxAttempts = 3
            $0.limits = [.unknown: 2, .transient: 2, custom: 2]
        },
        MachineRules("permanent retried once") {
            $0.neverRetried = []
            $0.limits[.permanent] = 1
        },
        MachineRules("custom and transient never retried") { $0.neverRetried = [custom, .transient] },
        MachineRules("at once") { $0.failsImmediately = true },
        MachineRules("waits by class, hints capped") {
            $0.delaysByClass = [custom: [7, 8], .unknown: [0]]
            $0.hints = .obey(atMost: 5)
        },
        MachineRules("hints clamped") { $0.hints = .clamp(1) },
        MachineRules("hints ignored") { $0.hints = .ignore },
    ]

    /// Rules with a deadline of ten seconds: each behaviour with each rule for hints, and one with few attempts.
    static let timed: [MachineRules] =
        [
            MachineRules("deadline, two attempts") {
                $0.deadline = 10
                $0.maxAttempts = 2
                $0.delays = [9]
            }
        ]
        + DeadlineBehavior.allCases.flatMap { behavior in
            [("obeyed", Hints.obey(atMost: 300)), ("clamped", .clamp(4)), ("ignored", .ignore)].map { name, hints in
                MachineRules("deadline, \(behavior), hints \(name)") {
                    $0.deadline = 10
                    $0.behavior = behavior
                    $0.hints = hints
                    $0.delaysByClass = [custom: [6, 10, 12], .unknown: [0]]
                }
            }
        }
}
