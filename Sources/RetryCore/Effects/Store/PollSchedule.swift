/// The times at which a store that does not notify is asked again about a key that another process owns.
///
/// After 50 ms, after 400 ms more, then each second, each of them up to a quarter shorter or longer: processes that
/// wait for the same key spread out.
package struct PollSchedule: Sendable {
    private var count = 0

    package init() {}

    /// Returns the wait before the store is asked again, in nanoseconds.
    package mutating func next(using random: inout RetryRandomSource) -> Int64 {
        let pause: Int64 = count == 0 ? 50_000_000 : count == 1 ? 400_000_000 : 1_000_000_000
        count += 1
        return pause - pause / 4 + Int64.random(in: 0...pause / 2, using: &random)
    }
}
