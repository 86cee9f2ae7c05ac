import RetryCore

/// Runs an operation with a deadline: it is cancelled then, and the retries in it end in time.
///
/// ```swift
/// let page = try await withDeadline(in: .seconds(2)) {
///     let user = try await retry(.api) { try await client.user(id) }
///     return try await retry(.api) { try await client.page(for: user) }
/// }
/// ```
///
/// The operation stays on the caller's actor. It is cancelled and awaited, never abandoned: when this function returns,
/// the operation has ended, and its value counts even if it comes late. A call in it makes no retry whose wait does not
/// fit, and `RetryAttempt.remaining` is the time that is left.
///
/// The form is that of Swift Evolution's proposal SE-0526, which has no implementation in a released toolchain yet.
///
/// - Parameters:
///   - duration: The time from now to the deadline; the operation starts cancelled if it is zero or negative.
///   - clock: The clock that measures it.
///   - operation: The operation.
/// - Returns: The operation's value.
/// - Throws: The operation's error, and nothing else.
@inlinable
public nonisolated(nonsending) func withDeadline<Value: ~Copyable, Failure: Error>(
    in duration: Duration, clock: RetryClock = .system,
    operation: nonisolated(nonsending) () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    let scope = CallScope(RetryDeadline(in: duration, clock: clock))
    var result: Result<Value, Failure>?
    _ = await run(until: duration.saturatedNanoseconds, clock, isolation: #isolation) {
        await run(in: scope, isolation: #isolation) {
            do throws(Failure) { result = .success(try await operation()) } catch { result = .failure(error) }
        }
    }
    return try result.set("the closure has run").get()
}
