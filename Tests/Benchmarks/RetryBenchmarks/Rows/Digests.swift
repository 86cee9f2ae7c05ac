import Benchmark
import RetryCore

/// Returns the rows for the digests of keys.
func digestRows() -> [Row] {
    let payload = [UInt8](repeating: 0x61, count: 100)
    let piece = [UInt8](repeating: 0x61, count: 65_536)
    return [
        Row("an action's id, of a payload of 100 bytes", bar: .nanoseconds(1_500)) { count in
            for _ in 0..<count { blackHole(try ActionID(type: "mail.send", payload: payload, scope: "run-17")) }
        },
        Row(
            "SHA-256, in pieces of 64 KiB", bar: .megabytesPerSecond(250, operation: piece.count), mallocs: 0
        ) { count in
            var hash = SHA256()
            for _ in 0..<count { hash.update(piece) }
            blackHole(hash.finalize())
        },
    ]
}
