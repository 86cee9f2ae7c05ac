/// The part of a breaker's state that most calls need, in one word that is read without a lock: the generation, and
/// three flags.
///
/// It follows from the state, and is written under the breaker's lock alone. Calls of a healthy circuit write nothing
/// at all, so that any number of cores can share a breaker. A word without flags sends every call to the lock.
enum CircuitBreakerWord {
    /// Every call is admitted, and none needs the time.
    static let passes: UInt64 = 1 << 63
    /// The success of a call changes nothing.
    static let isQuiet: UInt64 = 1 << 62
    /// Every call is rejected until the time that is stored beside the word.
    static let rejects: UInt64 = 1 << 61

    static func generation(of word: UInt64) -> UInt64 { word & (rejects - 1) }

    /// The word that belongs to a state.
    @inline(__always)
    static func of(_ state: borrowing CircuitBreakerStateMachine) -> UInt64 {
        var word = state.generation
        if state.admitsAll {
            if !state.rules.hasSlowCallRule { word |= passes }
            if state.ignoresSuccess { word |= isQuiet }
        } else if state.isolations > 0 || state.phase != .halfOpen {
            word |= rejects
        }
        return word
    }
}

extension CircuitBreakerStateMachine {
    /// A Boolean value that indicates whether the success of a call changes nothing that is counted.
    @inline(__always)
    fileprivate var ignoresSuccess: Bool {
        if phase == .disabled { return true }
        return consecutiveFailures == 0 && !rules.hasWindow
    }
}
