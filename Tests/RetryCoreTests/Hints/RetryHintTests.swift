import RetryCore
import Testing

@Suite("A hint", .timeLimit(.minutes(20)))
struct RetryHintTests {
    @Test("is usable from zero on")
    func usable() {
        for hint in [
            RetryHint.after(.zero), .after(.seconds(1)), .after(.longest), .after(.seconds(Int64.max)), .never,
        ] {
            #expect(hint.usable == hint)
        }
    }

    @Test("with a negative time is no hint")
    func negative() {
        let shortest = Duration(attoseconds: -1)
        for delay in [shortest, .seconds(-1), .seconds(Int64.min), Duration(attoseconds: .min)] {
            #expect(RetryHint.after(delay).usable == nil)
        }
    }
}
