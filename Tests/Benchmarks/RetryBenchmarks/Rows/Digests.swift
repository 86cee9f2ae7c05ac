import Benchmark
import RetryCore

/// Returns the rows for the digests of keys.
func digestRows() -> [Row] {
    let payload = [UInt8](repeating: 0x61, count: 100)
    let request = [UInt8](repeating: 0x61, count: 65_536)
    return [
        Row("an action's id, of a payload of 100 bytes", bar: .nanoseconds(1_500)) { count in
            for _ in 0..<count { blackHole(try ActionID(type: "mail.send", payload: payload, scope: "run-17")) }
        },
        Row(
            "a fingerprint of 64 KiB, by SHA-256", bar: .megabytesPerSecond(250, operation: request.count), mallocs: 0
        ) { count in
            for _ in 0..<count { blackHole(EffectFingerprint(of: request)) }
        },
    ]
}
