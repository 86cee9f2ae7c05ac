import Foundation
import RetryCore
import RetryFoundation
import RetryTesting
import Shared

/// An error for a report that is still being written.
struct ReportIncomplete: Error {}

extension Program {
    /// Reads a file that grows in the meantime, and one that does not.
    func readTheReport() throws {
        begin("File job", "a report that blocks its reader for up to 3 attempts")
        let report = folder.appending(component: "report.txt")
        try Data("rain\n".utf8).write(to: report)
        let writer = ManualSleeper { number in
            // While the job waits, a line is added.
            try? append(number == 1 ? "sun\n" : "end\n", to: report)
        }
        let lines = try job(writer).execute { try Self.read(report) }
        print("    \(lines.joined(separator: ", ")) after waits of \(writer.sleeps.map(\.short))")
        checks.expect("lines", lines, is: ["rain", "sun"])
        checks.expect("waits", writer.sleeps.count, is: 2)

        try Data("rain\n".utf8).write(to: report)
        let nobody = ManualSleeper()
        let outcome = try job(nobody).outcome { try Self.read(report) }
        print("    \(outcome.stopReason) after \(outcome.attempts) attempts")
        checks.expect("end", outcome.stopReason, is: .attemptsExhausted)
        checks.expect("attempts", outcome.attempts, is: 3)
        checks.expect("error", outcome.error is ReportIncomplete, is: true)

        let missing = try job(nobody).outcome { try Self.read(folder.appending(component: "nothing.txt")) }
        print("    \(missing.stopReason) after \(missing.attempts) attempt: a file that is not there stays away")
        checks.expect("attempts for no file", missing.attempts, is: 1)
    }

    private func job(_ sleeper: ManualSleeper) -> BlockingExecutor {
        let report = operations.current[.report]
        return BlockingExecutor(
            RetryPipeline(policy: report.policy)
                .named(report.name)
                .classifier(report.classifier)
                .sleeper(sleeper.sleeper)
                .clock(sleeper.retryClock))
    }

    private static func read(_ report: URL) throws -> [String] {
        let lines = try String(contentsOf: report, encoding: .utf8).split(separator: "\n").map(String.init)
        guard lines.last == "end" else { throw ReportIncomplete() }
        return lines.dropLast()
    }
}

private func append(_ text: String, to file: URL) throws {
    let handle = try FileHandle(forUpdating: file)
    defer { try? handle.close() }
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(text.utf8))
}
