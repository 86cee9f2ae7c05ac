import Foundation

/// A client in a process of its own.
final class ClientProcess {
    private let process = Process()
    private let endings: AsyncStream<Void>

    /// Starts this program again, with these arguments.
    init(_ arguments: [String]) throws {
        let (endings, continuation) = AsyncStream.makeStream(of: Void.self)
        self.endings = endings
        process.executableURL = Bundle.main.executableURL
        process.arguments = arguments
        process.terminationHandler = { _ in continuation.finish() }
        try process.run()
    }

    deinit {
        kill()
    }

    var isRunning: Bool { process.isRunning }

    /// Ends the process at once, at any point of its work: it cannot clean up.
    func kill() {
        if process.isRunning { _ = Foundation.kill(process.processIdentifier, SIGKILL) }
    }

    /// Waits until the process has ended.
    ///
    /// - Returns: `true` if it was killed; otherwise it has finished.
    /// - Throws: ``ClientFailed`` if it ended with an error.
    func wasKilled() async throws -> Bool {
        for await _ in endings {}
        if process.terminationReason == .uncaughtSignal, process.terminationStatus == SIGKILL { return true }
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw ClientFailed(status: process.terminationStatus)
        }
        return false
    }
}

/// An error for a client that ended with an error, and not because it was killed.
struct ClientFailed: Error, CustomStringConvertible {
    let status: Int32

    var description: String { "the client ended by itself, with status \(status)" }
}
