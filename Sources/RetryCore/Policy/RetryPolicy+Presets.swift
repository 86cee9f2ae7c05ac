extension RetryPolicy {
    @usableFromInline
    enum Preset: UInt8, CaseIterable, Sendable {
        case none, `default`, once, api, rateLimited, slowRateLimited, fast, critical
    }

    /// Three attempts, 100 ms doubling up to 20 s, full jitter: exponential backoff with jitter for most calls.
    @inlinable public static var `default`: RetryPolicy { RetryPolicy(preset: .default) }

    /// One attempt and no retry.
    @inlinable public static var once: RetryPolicy { RetryPolicy(preset: .once) }

    /// For calls of a service: four attempts, 250 ms doubling up to 15 s, full jitter.
    @inlinable public static var api: RetryPolicy { RetryPolicy(preset: .api) }

    /// For services that limit the rate of calls: five attempts, 2 s doubling up to 2 min, jitter of ±50 %.
    ///
    /// Unknown errors have no limit of their own.
    @inlinable public static var rateLimited: RetryPolicy { RetryPolicy(preset: .rateLimited) }

    /// For slow services that limit the rate of calls: ten attempts, 5 s doubling up to 5 min, jitter of ±50 %.
    ///
    /// Unknown errors have no limit of their own.
    @inlinable public static var slowRateLimited: RetryPolicy { RetryPolicy(preset: .slowRateLimited) }

    /// For fast and reliable services: three attempts, 0.5 s doubling up to 5 s, jitter of ±50 %.
    ///
    /// Unknown errors have no limit of their own.
    @inlinable public static var fast: RetryPolicy { RetryPolicy(preset: .fast) }

    /// For critical calls: seven attempts, 2 s doubling up to 2 min, jitter of ±50 %.
    ///
    /// Unknown errors have no limit of their own.
    @inlinable public static var critical: RetryPolicy { RetryPolicy(preset: .critical) }

    /// The settings of each preset, found by its number.
    static let presets: [Box] = Preset.allCases.map { preset in
        switch preset {
        case .none, .default: plain(preset, 3, .milliseconds(100), cap: .seconds(20))
        case .once: Box(PolicySettings(name: "once", maxAttempts: 1, backoff: .none))
        case .api: plain(preset, 4, .milliseconds(250), cap: .seconds(15))
        case .rateLimited: eager(preset, 5, .seconds(2), cap: .seconds(120))
        case .slowRateLimited: eager(preset, 10, .seconds(5), cap: .seconds(300))
        case .fast: eager(preset, 3, .milliseconds(500), cap: .seconds(5))
        case .critical: eager(preset, 7, .seconds(2), cap: .seconds(120))
        }
    }

    private static func plain(_ preset: Preset, _ attempts: Int, _ initial: Duration, cap: Duration) -> Box {
        let backoff = Backoff.exponential(initial: initial, cap: cap)
        return Box(PolicySettings(name: "\(preset)", maxAttempts: attempts, backoff: backoff))
    }

    /// Returns a policy of the AWS utilities' kind: ±50 % of jitter, and unknown errors are retried like any other.
    private static func eager(_ preset: Preset, _ attempts: Int, _ initial: Duration, cap: Duration) -> Box {
        let backoff = Backoff.exponential(initial: initial, cap: cap, jitter: .proportional(0.5))
        return Box(
            PolicySettings(
                name: "\(preset)", maxAttempts: attempts, backoff: backoff, limits: .unknownUnlimited))
    }
}
