#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
#error("QuickStart needs the sockets of POSIX: run it on Linux or macOS.")
#endif

/// The page that the tour prints, and the checks of what it shows.
final class Page {
    private let start = ContinuousClock.now
    private let isTerminal = isatty(STDOUT_FILENO) == 1
    private let width = 48
    private var parts = 0
    private var checks = 0
    private var failures = 0

    func title(_ text: String) {
        print("\n\(bold(text))\n")
    }

    /// Prints a part: its heading, a sentence about it, and code beside events.
    func part(_ heading: String, _ text: String, code: [String], events: [String]) {
        parts += 1
        if text.count > 97 { expect("width of the page", false) }
        print("\n\(bold("\("\(parts)".padded(-2)) \(heading)"))\n   \(text)\n")
        beside(code: code, events: events)
    }

    /// Prints code beside events.
    func beside(code: [String], events: [String]) {
        for row in 0..<max(code.count, events.count) {
            let left = row < code.count ? code[row] : ""
            let right = row < events.count ? events[row] : ""
            print("   \(left.padded(width)) │\(right.isEmpty ? "" : " ")\(colored(right))")
            if left.count > width || right.count > 46 { expect("width of the page", false) }
        }
    }

    func expect(_ name: String, _ isRight: Bool) {
        checks += 1
        if !isRight {
            failures += 1
            print("   WRONG: \(name)")
        }
    }

    func expect<Value: Equatable>(_ name: String, _ value: Value, is expected: Value) {
        expect("\(name): \(value), but should be \(expected)", value == expected)
    }

    /// Prints the number of the checks, and returns whether all of them passed.
    func finish() -> Bool {
        let time = start.duration(to: .now).short
        print(
            failures == 0 ? "\nAll \(checks) checks passed, in \(time)." : "\n\(failures) of \(checks) checks FAILED.")
        print(
            """
            The code above is in Examples/QuickStart/Sources/QuickStart/Tour*.swift.
            Next: README.md, and `swift run --package-path Examples HTTPTour` for a real HTTP client and server.
            """)
        return failures == 0
    }

    /// The outcome of a call is green or red, on a terminal.
    private func colored(_ line: String) -> String {
        guard isTerminal else { return line }
        if line.contains("✓") { return "\u{1b}[32m\(line)\u{1b}[0m" }
        return line.contains("✗") ? "\u{1b}[31m\(line)\u{1b}[0m" : line
    }

    private func bold(_ text: String) -> String {
        isTerminal ? "\u{1b}[1m\(text)\u{1b}[0m" : text
    }
}
