import RetryCore
import Testing

@Suite("Saturating arithmetic", .timeLimit(.minutes(20)))
struct DurationSaturatingTests {
    @Test("turns a duration into nanoseconds, rounded towards zero")
    func nanoseconds() {
        #expect(Duration.zero.saturatedNanoseconds == 0)
        #expect(Duration.seconds(3).saturatedNanoseconds == 3_000_000_000)
        #expect(Duration.milliseconds(-1500).saturatedNanoseconds == -1_500_000_000)
        #expect(Duration(attoseconds: 1_999_999_999).saturatedNanoseconds == 1)
        #expect(Duration(attoseconds: -1_999_999_999).saturatedNanoseconds == -1)
        #expect(Duration.nanoseconds(Int64.max - 1).saturatedNanoseconds == Int64.max - 1)
    }

    @Test(
        "holds a long duration at the end of the range",
        arguments: [
            .longest, .longest + .nanoseconds(1), .seconds(9_223_372_037), .seconds(Int64.max), .seconds(Int64.max) * 3,
        ] as [Duration])
    func long(_ duration: Duration) {
        #expect(duration.saturatedNanoseconds == .max)
        #expect((.zero - duration).saturatedNanoseconds == -.max)
    }

    @Test("makes a duration of a number of nanoseconds, whatever it is")
    func fromDouble() {
        #expect(Duration(saturatingNanoseconds: 1.9) == .nanoseconds(1))
        #expect(Duration(saturatingNanoseconds: -1.9) == .nanoseconds(-1))
        #expect(Duration(saturatingNanoseconds: .nan) == .zero)
        #expect(Duration(saturatingNanoseconds: .infinity) == .longest)
        #expect(Duration(saturatingNanoseconds: 1e300) == .longest)
        #expect(Duration(saturatingNanoseconds: -1e300) == .nanoseconds(Int64.min))
        #expect(Duration(saturatingNanoseconds: 0x1p63) == .longest)
        #expect(Duration(saturatingNanoseconds: 0x1p62) == .nanoseconds(Int64(1) << 62))
    }

    @Test("adds and multiplies, holding at the ends of the range")
    func integers() {
        let edges: [Int64] = [.min, .min + 1, -3, -1, 0, 1, 2, 3, 1 << 32, .max - 1, .max]
        for left in edges {
            for right in edges {
                let sum = Int128(left) + Int128(right)
                let product = Int128(left) * Int128(right)
                #expect(left.saturatingAdd(right) == Int64(clamping: sum), "\(left) + \(right)")
                #expect(left.saturatingMultiply(right) == Int64(clamping: product), "\(left) * \(right)")
            }
        }
    }

    @Test("counts seconds")
    func seconds() {
        #expect(Duration.milliseconds(1500).inSeconds == 1.5)
        #expect(Duration.milliseconds(-250).inSeconds == -0.25)
        #expect(Duration.zero.inSeconds == 0)
    }
}
