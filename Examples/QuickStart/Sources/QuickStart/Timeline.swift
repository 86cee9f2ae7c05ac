import RetryAsync
import Synchronization

/// An observer that keeps the events of calls, and turns them into lines of text.
final class Timeline: Sendable {
    private let events = Mutex<[RetryEvent]>([])

    /// Receives every event of a call; with the texts of the errors, which hold no secrets here.
    var observer: RetryObserver {
        RetryObserver(includesMessages: true) { event in
            self.events.withLock { $0.append(event) }
        }
    }

    /// Returns the events since the last time as lines: of each attempt, each wait, and the end of each call.
    func take(result: String? = nil) -> [String] {
        events.withLock { events in
            defer { events = [] }
            return events.flatMap(lines) + (result.map { ["  → \($0)"] } ?? [])
        }
    }

    /// Returns the calls since the last time as lines, one for each call, with the state that followed.
    func takeShort(_ states: [CircuitBreaker.State]) -> [String] {
        events.withLock { events in
            defer { events = [] }
            let ends = events.filter { $0.stopReason != nil }
            return zip(ends, states).enumerated().map { index, call in
                let (end, state) = call
                let answer = end.stopReason == .circuitOpen ? "rejected, no request" : end.message ?? "200 OK"
                return "call \(index + 1)  \(answer.padded(23)) \(state)"
            }
        }
    }

    /// Returns the lines of an event.
    private func lines(_ event: RetryEvent) -> [String] {
        guard let end = event.stopReason else {
            let why = event.hint == nil ? "" : ", as the server asks"
            return event.code == "retry" ? [failure(event), "          wait \(event.delay.short)\(why)"] : []
        }
        let attempts = event.attempt == 1 ? "1 attempt" : "\(event.attempt) attempts"
        switch end {
        case .succeeded: return [attempt(event, "200 OK"), "  ✓ \(end) after \(attempts), \(event.elapsed.short)"]
        case _ where event.attempt == 0: return ["  ✓ \(end), no attempt"]
        default:
            let hint = event.hint.map(Self.text) ?? []
            return [failure(event)] + hint + ["  ✗ \(end) after \(attempts), \(event.elapsed.short)"]
        }
    }

    private func failure(_ event: RetryEvent) -> String {
        let message = event.errorType == "AttemptTimeoutError" ? "no answer in time" : event.message ?? ""
        return attempt(event, String(message.prefix(23)).padded(23) + " \(event.errorClass.map(\.id) ?? "")")
    }

    private static func text(_ hint: RetryHint) -> [String] {
        if case .after(let time) = hint { ["          hint: come back after \(time.short)"] } else { [] }
    }

    private func attempt(_ event: RetryEvent, _ text: String) -> String {
        "#\(event.attempt) \(event.elapsed.short.padded(-6)) \(text)"
    }
}

extension Duration {
    /// The duration in a short form: `84 ms`, `1.1 s`, `30 s`.
    var short: String {
        let milliseconds = Int(self / .milliseconds(1))
        if milliseconds < 1000 { return "\(milliseconds) ms" }
        let tenths = (milliseconds + 50) / 100
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}

extension String {
    /// The text with spaces after it up to a width, or before it if the width is negative.
    func padded(_ width: Int) -> String {
        let spaces = String(repeating: " ", count: Swift.max(0, abs(width) - count))
        return width < 0 ? spaces + self : self + spaces
    }
}
