import Foundation

/// The lines of the report.
///
/// They go to the standard error stream, apart from what the benchmark library prints.
actor Report {
    /// The number of rows that were short of a bar, or failed.
    private(set) var shortCount = 0

    private let judge: Judge

    init() {
        let slack = ProcessInfo.processInfo.environment["RETRY_BENCHMARK_SLACK"]
        judge = Judge(slack: slack.flatMap { Double($0) })
    }

    func printHeader() {
        printLine("row", ["value", "bar", "mallocs", "bar", "ns", "loop ns"], "")
    }

    func print(_ row: Row, _ error: any Error) {
        shortCount += 1
        write("\(row.name): \(error)")
    }

    func print(_ row: Row, _ result: Measurement) {
        let numbers = [
            row.bar.text(result), row.bar.text,
            row.mallocs.text(result), row.mallocs.text,
            result.nanoseconds.map { decimal($0, 1) }, result.loopNanoseconds.map { decimal($0, 1) },
        ]
        let holds = judge.verdict(row, result)
        if holds == false { shortCount += 1 }
        printLine(row.name, numbers.map { $0 ?? "-" }, holds.map { $0 ? "ok" : "short" } ?? "-")
    }

    private func printLine(_ name: String, _ numbers: [String], _ verdict: String) {
        let name = name.padding(toLength: 54, withPad: " ", startingAt: 0)
        let numbers = numbers.map { String(repeating: " ", count: max(1, 10 - $0.count)) + $0 }.joined()
        write("\(name)\(numbers)  \(verdict)")
    }

    private func write(_ line: String) {
        FileHandle.standardError.write(Data("\(line)\n".utf8))
    }
}

extension Bar {
    fileprivate var text: String? {
        switch self {
        case .ratio(let most), .times(let most): "≤\(decimal(most, 2))×"
        case .nanosecondsAboveLoop(let most): "≤+\(decimal(most, 0)) ns"
        case .nanoseconds(let most): "≤\(decimal(most, 0)) ns"
        case .megabytesPerSecond(let least, _): "≥\(decimal(least, 0)) MB/s"
        case .bytes(let most): "≤\(decimal(most, 0)) B"
        case .milliseconds(let most): "≤\(decimal(most, most < 1 ? 1 : 0)) ms"
        case .shown: nil
        }
    }

    fileprivate func text(_ result: Measurement) -> String? {
        value(in: result).map { value in
            switch self {
            case .ratio, .times: "\(decimal(value, 2))×"
            case .nanosecondsAboveLoop: "\(value < 0 ? "" : "+")\(decimal(value, 1)) ns"
            case .nanoseconds: "\(decimal(value, 1)) ns"
            case .megabytesPerSecond: "\(decimal(value, 0)) MB/s"
            case .bytes: "\(decimal(value, 0)) B"
            case .milliseconds: "\(decimal(value, 2)) ms"
            case .shown: result.ratio == nil ? "\(decimal(value, 1)) ns" : "\(decimal(value, 2))×"
            }
        }
    }
}

extension MallocBar {
    fileprivate var text: String? {
        switch self {
        case .atMost(let most): "≤\(most)"
        case .aboveLoop(let most): "≤+\(most)"
        case .shown: nil
        }
    }

    fileprivate func text(_ result: Measurement) -> String? {
        value(in: result).map { value in
            if case .aboveLoop = self { "\(value < 0 ? "" : "+")\(decimal(value, 1))" } else { decimal(value, 1) }
        }
    }
}

private func decimal(_ value: Double, _ decimals: Int) -> String {
    String(format: "%.\(decimals)f", value)
}
