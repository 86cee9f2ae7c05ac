import Foundation
import FuzzSupport
import RetryCore
import RetryFoundation

/// Any bytes as the JSON of a policy, and of a breaker's policy, a budget's policy and a section of a configuration.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let json = Data(Input(start, count).bytes)
    if let policy = read(json, RetryPolicy.init(json:)) {
        checkPolicy(policy)
        require(roundTrip(policy, RetryPolicy.init(json:)) == policy, "a policy is not what it is written as")
    }
    if let tools = read(json, ToolRetryConfiguration.init(json:)) { consume(tools) }
    if let whole = read(json, RetryConfiguration.init(json:)) { check(whole) }
    for place in [#"{"retry_policy":"#, #"{"retry_policy":{"circuit_breaker":"#, #"{"retry_policy":{"budget":"#] {
        let braces = String(repeating: "}", count: place.count { $0 == "{" })
        if let part = read(Data(place.utf8) + json + Data(braces.utf8), RetryConfiguration.init(json:)) { check(part) }
    }
    return 0
}

private func check(_ configuration: RetryConfiguration) {
    let read = roundTrip(configuration, RetryConfiguration.init(json:))
    require(read == configuration, "a configuration is not what it is written as")
    // What was accepted can be used: neither of these traps.
    if let policy = configuration.budget { consume(RetryBudget(policy).snapshot()) }
    if let policy = configuration.circuitBreaker { consume(CircuitBreaker("fuzz", policy: policy).name) }
    if let operations = try? RetryOperations(configuration) { consume(operations.problems) }
}

private func checkPolicy(_ policy: RetryPolicy) {
    consume(policy.worstCaseDuration)
    for delay in BackoffSchedule(policy.backoff).delays(8) { require(delay >= .zero, "a wait of \(delay)") }
}

private func read<Value>(_ json: Data, _ make: (Data) throws -> Value) -> Value? {
    do {
        return try make(json)
    } catch {
        require(error is RetryConfigurationError, "an error of another type: \(error)")
        require(!"\(error)".isEmpty, "an error that says nothing")
        return nil
    }
}

private func roundTrip<Value: Encodable>(_ value: Value, _ make: (Data) throws -> Value) -> Value? {
    do {
        return try make(JSONEncoder().encode(value))
    } catch {
        require(false, "what is written cannot be read: \(error)")
        return nil
    }
}
