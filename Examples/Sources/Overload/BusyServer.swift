import Hummingbird
import NIOCore

/// A service of ten workers, each of which takes 50 ms for a request: it bears 200 requests a second.
///
/// Requests beyond the workers wait in a queue without a bound, and those whose caller has given up are answered too, as in
/// most services.
actor BusyServer {
    static let capacity = 200.0
    private static let workers = 10

    private var running = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []

    nonisolated func respond() async throws -> Response {
        await enter()
        // Not cancelled with the request: the work is done although the caller has given up.
        await Task { try? await Task.sleep(for: .milliseconds(50)) }.value
        await leave()
        return Response(status: .ok)
    }

    private func enter() async {
        if running < Self.workers {
            running += 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    private func leave() {
        if waiting.isEmpty { running -= 1 } else { waiting.removeFirst().resume() }
    }

    /// Waits until the queue is empty.
    func drain() async throws {
        while running > 0 { try await Task.sleep(for: .milliseconds(20)) }
    }
}
