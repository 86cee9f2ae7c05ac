import AsyncHTTPClient
import NIOCore
import NIOHTTP1
package import RetryAsync
import Shared

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#else
#error("This file needs POSIX.")
#endif

extension RetryOutcome where Value: CustomStringConvertible {
    /// The call as text: a line for each attempt, and one for its end.
    package var report: String {
        (timeline.map(line) + ["    → \(end)"]).joined(separator: "\n")
    }

    /// Returns the time and the end of an attempt, its class, the server's hint, and the wait that followed.
    private func line(_ record: AttemptRecord) -> String {
        let columns = [
            "    attempt \(record.attempt)".padded(13),
            record.elapsed.short.padded(-7),
            (record.error.map(text) ?? value?.description ?? "").padded(29),
            (record.errorClass?.id ?? "").padded(12),
            (record.hint.map(text) ?? "").padded(9),
            record.delay.map { "wait \($0.short)" } ?? "",
        ]
        return columns.joined(separator: "  ").withoutTrailingSpaces
    }

    private var end: String {
        let result = error.map(text) ?? value?.description ?? ""
        let count = attempts == 1 ? "1 attempt" : "\(attempts) attempts"
        return "\(result) after \(count) in \(elapsed.short) (\(stopReason))"
    }
}

private func text(of error: any Error) -> String {
    switch error {
    case let error as HTTPError: error.description
    case let error as AttemptTimeoutError: "no answer within \(error.timeout.short)"
    case let error as HTTPClientError: error.shortDescription.lowercased()
    case HTTPParserError.invalidEOFState, ChannelError.ioOnClosedChannel: "connection closed by the peer"
    case let error as IOError: String(cString: strerror(error.errnoCode)).lowercased()
    case is CancellationError: "cancelled"
    default: "\(type(of: error))"
    }
}

private func text(of hint: RetryHint) -> String {
    switch hint {
    case .after(let delay): "hint \(delay.short)"
    case .never: "hint never"
    }
}

extension String {
    fileprivate var withoutTrailingSpaces: String {
        let end = lastIndex { $0 != " " }.map(index(after:)) ?? startIndex
        return String(self[..<end])
    }
}
