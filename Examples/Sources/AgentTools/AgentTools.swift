import ArgumentParser
import AsyncHTTPClient
import RetryAsync
import Shared
import SharedHTTP

/// An agent's work over a network in which each part fails in its own way.
///
/// ```sh
/// swift run --package-path Examples AgentTools
/// ```
///
/// - `ToolGateway.swift`: calls tools over JSON-RPC; a tracker decides by their results which calls are repeated.
/// - `Memory.swift`: an agent's memory, a file, to which a step is appended once even if the step is repeated.
/// - `ChatStream.swift`: the tokens of an answer over server-sent events, resumed where the connection broke off.
/// - `Retrieval.swift`: a query that is answered by a poorer index while the better one is down.
///
/// Everything is called over HTTP, and every result is checked.
@main
struct AgentTools: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "AgentTools",
        abstract: "Runs an agent over a network that fails: tools, memory, chat, retrieval."
    )

    func run() async throws {
        Watchdog.start(.seconds(30))
        let scripts = [Agent.gatewayScript, Agent.memoryScript, Agent.chatScript, Agent.retrievalScript]
        try await Upstream.run(scripts.reduce(into: [:]) { $0.merge($1) { one, _ in one } }) { upstream in
            try await HTTPClient.withHTTPClient(configuration: .withoutOwnRetries) { client in
                let agent = Agent(client: client, upstream: upstream)
                try await agent.callTools()
                try await agent.remember()
                try await agent.chat()
                try await agent.retrieve()
                try agent.checks.finish()
            }
        }
    }
}

/// The agent; its work is in extensions.
struct Agent {
    let client: HTTPClient
    let upstream: Upstream
    let checks = Checks()

    /// Begins a part of the output, and the checks that belong to it.
    func begin(_ subject: String, _ comment: String) {
        checks.subject = subject
        print("\n\(subject): \(comment)")
    }

    /// Checks the number of requests for a path.
    func expectRequests(_ path: String, _ count: Int) async {
        checks.expect("requests for \(path)", await upstream.arrivals(at: path).count, is: count)
    }
}
