import RetryCore
import Testing

@Suite("Policy modifiers", .timeLimit(.minutes(20)))
struct ModifierTests {
    private let classes = ErrorClass.builtIn + [ErrorClass("warming_up"), ErrorClass("cooling_down")]

    /// The names of the settings in which two policies differ.
    private func changes(_ one: RetryPolicy, _ other: RetryPolicy) -> Set<String> {
        var names: Set<String> = []
        if one.name != other.name { names.insert("name") }
        if one.maxAttempts != other.maxAttempts { names.insert("maxAttempts") }
        if one.backoff != other.backoff { names.insert("backoff") }
        if one.deadline != other.deadline { names.insert("deadline") }
        if one.deadlineBehavior != other.deadlineBehavior { names.insert("deadlineBehavior") }
        if one.attemptTimeout != other.attemptTimeout { names.insert("attemptTimeout") }
        if one.hints != other.hints { names.insert("hints") }
        if one.failsImmediately != other.failsImmediately { names.insert("failsImmediately") }
        if one.guarantee != other.guarantee { names.insert("guarantee") }
        for errorClass in classes {
            if one.backoff(for: errorClass) != other.backoff(for: errorClass), one.backoff == other.backoff {
                names.insert("backoff of \(errorClass)")
            }
            if one.isRetried(errorClass) != other.isRetried(errorClass) { names.insert("\(errorClass)") }
            if one.retryLimit(for: errorClass) != other.retryLimit(for: errorClass) {
                names.insert("limit of \(errorClass)")
            }
        }
        // The policies are unequal just if they differ in something.
        #expect((one == other) == names.isEmpty)
        return names
    }

    @Test("change one setting alone")
    func alone() {
        let api = RetryPolicy.api
        let slow = Backoff.constant(.seconds(9))
        #expect(changes(api, api.maxAttempts(6)) == ["maxAttempts"])
        #expect(changes(api, api.backoff(slow)) == ["backoff"])
        #expect(changes(api, api.backoff(slow, for: .rateLimit)) == ["backoff of rate_limit"])
        #expect(changes(api, api.backoff(slow, for: ErrorClass("warming_up"))) == ["backoff of warming_up"])
        #expect(changes(api, api.retries(1, for: .unknown)) == ["limit of unknown"])
        #expect(changes(api, api.retries(3, for: ErrorClass("warming_up"))) == ["limit of warming_up"])
        #expect(changes(api, api.never(.transient)) == ["transient", "limit of transient"])
        #expect(changes(api, api.deadline(.seconds(5))) == ["deadline"])
        let truncating = api.deadline(.seconds(5), .truncate)
        #expect(changes(api, truncating) == ["deadline", "deadlineBehavior"])
        #expect(changes(truncating, truncating.deadline(.seconds(9))) == ["deadline"])
        #expect(changes(api, api.attemptTimeout(.seconds(5))) == ["attemptTimeout"])
        #expect(changes(api, api.hints(.ignore)) == ["hints"])
        #expect(changes(api, api.failsImmediately()) == ["failsImmediately"])
        #expect(changes(api, api.guarantee(.exactlyOnce)) == ["guarantee"])
        #expect(changes(api, api.named("checkout")) == ["name"])
        #expect(changes(api, api).isEmpty)
    }

    @Test("leave the copies of a policy as they are")
    func copies() {
        let policy = RetryPolicy.api.maxAttempts(6)
        let copy = policy
        #expect(copy.maxAttempts(7).deadline(.seconds(5)).maxAttempts == 7)
        var changed = policy
        changed = changed.maxAttempts(8).attemptTimeout(.seconds(1))
        #expect(policy.maxAttempts == 6 && copy.maxAttempts == 6 && changed.maxAttempts == 8)
        #expect(policy.deadline == nil && policy.attemptTimeout == nil)
        #expect(RetryPolicy.api.maxAttempts == 4 && RetryPolicy.api == RetryPolicy.api.maxAttempts(9).maxAttempts(4))
    }

    @Test("set what they are given")
    func values() {
        let slow = Backoff.constant(.seconds(9))
        let policy = RetryPolicy.api
            .maxAttempts(6).backoff(slow, for: .rateLimit, .serverError).retries(1, for: .unknown, .concurrency)
            .never(.transient, ErrorClass("cooling_down")).deadline(.seconds(5), .interrupt)
            .attemptTimeout(.milliseconds(500)).hints(.clamp(within: .seconds(2))).failsImmediately()
            .guarantee(.exactlyOnce).named("checkout")
        #expect(policy.maxAttempts == 6)
        #expect(policy.backoff == RetryPolicy.api.backoff)
        #expect(classes.filter { policy.backoff(for: $0) == slow } == [.rateLimit, .serverError])
        #expect(classes.filter { policy.retryLimit(for: $0) == 1 } == [.concurrency, .unknown])
        let never: [ErrorClass] = [.transient, .permanent, .auth, .permission, ErrorClass("cooling_down")]
        #expect(classes.filter { !policy.isRetried($0) } == never)
        #expect(policy.deadline == .seconds(5))
        #expect(policy.deadlineBehavior == .interrupt)
        #expect(policy.attemptTimeout == .milliseconds(500))
        #expect(policy.hints == .clamp(within: .seconds(2)))
        #expect(policy.failsImmediately)
        #expect(policy.guarantee == .exactlyOnce)
        #expect(policy.name == "checkout")
        #expect(policy.backoff(slow).backoff == slow)
    }

    @Test("take back what they set")
    func back() {
        let api = RetryPolicy.api
        #expect(api.deadline(.seconds(5), .truncate).deadline(nil) == api)
        #expect(api.attemptTimeout(.seconds(5)).attemptTimeout(nil) == api)
        #expect(api.failsImmediately().failsImmediately(false) == api)
        #expect(api.retries(7, for: .unknown).retries(2, for: .unknown) == api)
        #expect(api.never(.unknown).retries(2, for: .unknown) == api)
        #expect(api.never(.transient).retries(nil, for: .transient) == api)
        #expect(api.retries(nil, for: .transient, ErrorClass("warming_up")) == api)
    }

    @Test("tell never from no retries")
    func neverAndZero() {
        let none = RetryPolicy.api.retries(0, for: .serverError)
        #expect(none.isRetried(.serverError))
        #expect(none.retryLimit(for: .serverError) == 0)
        #expect(none != .api.never(.serverError))
        let revived = RetryPolicy.api.retries(2, for: .permanent).retries(nil, for: .auth)
        #expect(revived.isRetried(.permanent) && revived.retryLimit(for: .permanent) == 2)
        #expect(revived.isRetried(.auth) && revived.retryLimit(for: .auth) == nil)
        #expect(!revived.isRetried(.permission))
    }

    @Test func initializersSetWhatTheyAreGiven() throws {
        let backoff = Backoff.constant(.seconds(9))
        let policy = RetryPolicy(
            maxAttempts: 6, backoff: backoff, deadline: .seconds(5), deadlineBehavior: .truncate,
            attemptTimeout: .seconds(1), hints: .ignore)
        let same = RetryPolicy.default.named("").maxAttempts(6).backoff(backoff).deadline(.seconds(5), .truncate)
            .attemptTimeout(.seconds(1)).hints(.ignore)
        #expect(policy == same)
        #expect(
            try RetryPolicy(
                validating: 6, backoff: backoff, deadline: .seconds(5), deadlineBehavior: .truncate,
                attemptTimeout: .seconds(1), hints: .ignore) == same)
        #expect(try RetryPolicy(validating: 3) == RetryPolicy(maxAttempts: 3))
    }

    @Test("make equal policies of equal settings, in any order")
    func equality() {
        let one = RetryPolicy.api.maxAttempts(6).deadline(.seconds(5)).never(ErrorClass("a"), ErrorClass("b"))
        let other = RetryPolicy.api.never(ErrorClass("b")).deadline(.seconds(5)).maxAttempts(6).never(ErrorClass("a"))
        #expect(one == other)
        #expect(one.hashValue == other.hashValue)
        var values = RandomValues(seed: 1)
        var again = RandomValues(seed: 1)
        for _ in 0..<500 {
            let (one, other) = (values.policy(), again.policy())
            #expect(one == other && one.hashValue == other.hashValue)
        }
    }
}
