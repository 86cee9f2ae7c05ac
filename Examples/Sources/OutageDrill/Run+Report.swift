import Shared

extension Run {
    /// The names of the columns.
    static let header = row("", "goodput", "failed", "load", "per call", "p50", "p99")

    /// The run as text, a line for each phase.
    var report: String {
        let phases = Phase.allCases.map { line($0, self[$0]) }
        let end = recovery.map { "recovered after \(tenths($0.seconds)) s" } ?? "not recovered"
        return ([way.name] + phases + ["    \(end)"]).joined(separator: "\n")
    }

    private func line(_ phase: Phase, _ now: Summary) -> String {
        Self.row(
            "    \(phase)", "\(whole(now.goodput))/s", "\(whole(100 * now.failures)) %", "\(whole(now.load))/s",
            "\(tenths(now.requestsPerCall)) ×", now.p50.short, now.p99.short)
    }

    private static func row(_ title: String, _ columns: String...) -> String {
        title.padded(12) + columns.map { $0.padded(-9) }.joined()
    }
}

private func whole(_ number: Double) -> Int { Int(number.rounded()) }
private func tenths(_ number: Double) -> Double { (10 * number).rounded() / 10 }
