import RetryCore
import RetryTesting
import Testing

/// Delays of another library, recorded with every draw of it at the same place of its range.
struct RecordedSchedule: Sendable, CustomTestStringConvertible {
    let backoff: Backoff
    let fraction: Double
    let seconds: [Double]
    let testDescription: String

    init(_ name: String, _ backoff: Backoff, fraction: Double = 0, _ seconds: [Double]) {
        (self.backoff, self.fraction, self.seconds) = (backoff, fraction, seconds)
        testDescription = "\(name), draws at \(fraction)"
    }

    /// A Boolean value that indicates whether the delays are these, apart from what rounding to nanoseconds adds up to.
    var isMet: Bool {
        let random = RetryRandomSource(ScriptedGenerator(fractions: [fraction]))
        let delays = BackoffSchedule(backoff).delays(seconds.count, random: random)
        return zip(delays, seconds).allSatisfy { abs($0.inSeconds - $1) < 1e-6 }
    }
}

extension RecordedSchedule {
    private static let capped = Backoff.decorrelated(cap: .seconds(1))
    private static let equal = Backoff.exponential(initial: .milliseconds(500), cap: .seconds(30), jitter: .equal)
    private static let shortEqual = Backoff.exponential(initial: .seconds(1), cap: .seconds(4), jitter: .equal)

    static let reflexio = [
        RecordedSchedule(
            "reflexio decorrelated", .decorrelated(), fraction: 0, [0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25]),
        RecordedSchedule(
            "reflexio decorrelated", .decorrelated(), fraction: 0.5,
            [
                0.5, 0.875, 1.4375, 2.28125, 3.546875, 5.4453125, 8.29296875, 12.564453125, 18.9716796875,
                28.58251953125,
            ]),
        RecordedSchedule(
            "reflexio decorrelated", .decorrelated(), fraction: 1, [0.75, 2.25, 6.75, 20.25, 30, 30, 30, 30, 30, 30]),
        RecordedSchedule("reflexio decorrelated to 1 s", capped, fraction: 0.5, [0.5, 0.875, 1, 1, 1, 1, 1]),
        RecordedSchedule("reflexio decorrelated to 1 s", capped, fraction: 1, [0.75, 1, 1, 1, 1, 1, 1]),
        RecordedSchedule("reflexio equal", equal, fraction: 0, [0.25, 0.5, 1, 2, 4, 8, 15, 15, 15, 15]),
        RecordedSchedule("reflexio equal", equal, fraction: 0.5, [0.375, 0.75, 1.5, 3, 6, 12, 22.5, 22.5, 22.5]),
        RecordedSchedule("reflexio equal", equal, fraction: 1, [0.5, 1, 2, 4, 8, 16, 30, 30, 30, 30]),
        RecordedSchedule("reflexio equal to 4 s", shortEqual, fraction: 0, [0.5, 1, 2, 2, 2]),
        RecordedSchedule("reflexio equal to 4 s", shortEqual, fraction: 0.5, [0.75, 1.5, 3, 3, 3]),
        RecordedSchedule(
            "reflexio token", .token(), fraction: 0,
            [0.1875, 0.28125, 0.421875, 0.6328125, 0.94921875, 1.423828125, 2.1357421875, 3.20361328125]),
        RecordedSchedule(
            "reflexio token", .token(), fraction: 0.5,
            [0.28125, 0.421875, 0.6328125, 0.94921875, 1.423828125, 2.1357421875, 3.20361328125, 4.805419921875]),
        RecordedSchedule(
            "reflexio token", .token(), fraction: 1,
            [0.375, 0.5625, 0.84375, 1.265625, 1.8984375, 2.84765625, 4.271484375, 6.4072265625, 9.61083984375]),
    ]

    private static func aws(
        _ initial: Double, _ cap: Double, _ factor: Double = 2, jitter: Jitter = .none
    ) -> Backoff {
        .exponential(
            initial: Duration(saturatingNanoseconds: initial * 1e9), factor: factor,
            cap: Duration(saturatingNanoseconds: cap * 1e9), jitter: jitter)
    }

    static let aws = [
        RecordedSchedule("AWS utilities", aws(1, 60), [1, 2, 4, 8, 16, 32, 60, 60, 60]),
        RecordedSchedule("AWS utilities to 10 s", aws(1, 10), [1, 2, 4, 8, 10, 10, 10, 10, 10, 10]),
        RecordedSchedule("AWS utilities, rate limit", aws(2, 120), [2, 4, 8, 16, 32, 64, 120, 120]),
        RecordedSchedule("AWS utilities, fast", aws(0.5, 5), [0.5, 1, 2, 4, 5]),
        RecordedSchedule("AWS utilities, slow", aws(5, 300), [5, 10, 20, 40, 80, 160, 300, 300, 300]),
        RecordedSchedule("AWS utilities, base 3", aws(1, 60, 3), [1, 3, 9, 27, 60]),
        RecordedSchedule("AWS utilities, base 1", aws(1, 60, 1), [1, 1, 1]),
        RecordedSchedule(
            "AWS utilities with jitter", aws(1, 60, jitter: .proportional(0.5)), fraction: 0,
            [0.5, 1, 2, 4, 8, 16, 30, 30]),
        // The last two were recorded as 90: here no draw passes the cap.
        RecordedSchedule(
            "AWS utilities with jitter", aws(1, 60, jitter: .proportional(0.5)), fraction: 1,
            [1.5, 3, 6, 12, 24, 48, 60, 60]),
    ]

    private static func bindu(_ least: Double, _ cap: Int) -> Backoff {
        .exponential(
            initial: .seconds(1), cap: .seconds(cap),
            jitter: .floor(Duration(saturatingNanoseconds: least * 1e9)))
    }

    private static func nodus(_ milliseconds: Int) -> Backoff {
        .exponential(
            initial: .milliseconds(2 * milliseconds), cap: .seconds(10), jitter: .additive(.milliseconds(50)))
    }

    static let others = [
        RecordedSchedule("Bindu worker", bindu(1, 10), fraction: 0, [1, 1, 1, 1, 1, 1, 1]),
        RecordedSchedule("Bindu worker", bindu(1, 10), fraction: 1, [1, 2, 4, 8, 10, 10, 10]),
        RecordedSchedule("Bindu storage", bindu(0.5, 5), fraction: 0, [0.5, 0.5, 0.5, 0.5, 0.5]),
        RecordedSchedule("Bindu storage", bindu(0.5, 5), fraction: 1, [1, 2, 4, 5, 5, 5, 5]),
        RecordedSchedule("Bindu 5 to 120 s", bindu(5, 120), fraction: 1, [5, 5, 5, 8, 16, 32, 64, 120, 120]),
        RecordedSchedule("nodus flow", nodus(200), fraction: 0, [0.4, 0.8, 1.6, 3.2, 6.4, 10, 10]),
        RecordedSchedule("nodus flow", nodus(200), fraction: 1, [0.45, 0.85, 1.65, 3.25, 6.45, 10, 10]),
        RecordedSchedule("nodus scheduled", nodus(300), fraction: 1, [0.65, 1.25, 2.45, 4.85, 9.65, 10, 10]),
        RecordedSchedule(
            "cpex to 0.5 s", .exponential(initial: .milliseconds(200), cap: .milliseconds(500)),
            fraction: 1, [0.2, 0.4, 0.5, 0.5]),
    ]
}

@Suite("Recorded delays", .timeLimit(.minutes(20)))
struct RecordedScheduleTests {
    @Test("come out again", arguments: RecordedSchedule.reflexio + RecordedSchedule.aws + RecordedSchedule.others)
    func recorded(_ it: RecordedSchedule) {
        #expect(it.isMet)
    }
}
