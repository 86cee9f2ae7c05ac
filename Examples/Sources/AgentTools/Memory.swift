import AsyncHTTPClient
import Foundation
import RetryAsync
import RetryFoundation
import Shared
import SharedHTTP

/// An agent's memory: a file with a line for each step.
private struct Memory {
    let file: URL

    /// Appends a line, and returns the number of lines.
    func append(_ line: String) throws -> Int {
        let handle = try FileHandle(forUpdating: file)
        defer { try? handle.close() }
        try handle.seekToEnd()
        try handle.write(contentsOf: Data((line + "\n").utf8))
        return try lines.count
    }

    var lines: [Substring] {
        get throws { try String(contentsOf: file, encoding: .utf8).split(separator: "\n") }
    }
}

extension Agent {
    /// The model answers at the second try, and the queue takes the confirmation of a step at the third.
    static let memoryScript: Upstream.Script = [
        "/model": [.status(503), .json("It rains.")],
        "/queue/confirm": [.status(503), .hangUp, .status(200)],
    ]

    /// Repeats a step as a whole when its confirmation fails; it is remembered once.
    func remember() async throws {
        begin("Memory", "a step that is made three times, and remembered once")
        let file = FileManager.default.temporaryDirectory.appending(component: "memory-\(UUID()).txt")
        try Data().write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let memory = Memory(file: file)
        // A store on disk, such as SQLiteEffectStore, keeps the guarantee through a crash as well.
        let store = InMemoryEffectStore()
        let quick = RetryPolicy.api.backoff(.constant(.milliseconds(20)))

        var replays: [Bool] = []
        let result = try await retry(RetryPipeline(policy: quick).named("step")) {
            // If the model has failed, nothing was appended: a retry is safe.
            let safe = EffectGatePolicy(execution: .errors(HTTPError.self) { _ in .notExecuted })
            let gate = EffectGate(RetryPipeline(policy: quick), store: store, policy: safe)
            let step = try await gate.once("run-7/step-1", as: .json) { _ in
                try memory.append(try await client.text(upstream.url("/model")))
            }
            replays.append(step.isReplay)
            _ = try await client.get(upstream.url("/queue/confirm"))
            return step.value
        }
        print("    line \(result) in the file; replayed: \(replays)")
        checks.expect("lines", try memory.lines, is: ["It rains."])
        checks.expect("result of the step", result, is: 1)
        checks.expect("replays", replays, is: [false, true, true])
        await expectRequests("/model", 2)
        await expectRequests("/queue/confirm", 3)

        try await rememberTogether(memory, store)
    }

    /// Appends a step once, though ten tasks make it at the same time.
    private func rememberTogether(_ memory: Memory, _ store: InMemoryEffectStore) async throws {
        let results = try await withThrowingTaskGroup(of: OnceResult<Int>.self) { group in
            for _ in 1...10 {
                group.addTask {
                    try await once("run-7/step-2", in: store, as: .json) { _ in try memory.append("Take an umbrella.") }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let replays = results.count(where: \.isReplay)
        print("    ten tasks with one step: \(results.count - replays) appended, \(replays) got its result")
        checks.expect("results", results.map(\.value), is: Array(repeating: 2, count: 10))
        checks.expect("replays", replays, is: 9)
        checks.expect("lines", try memory.lines.count, is: 2)
    }
}
