import Foundation
import Shared

/// The answers that one way of calling got.
struct Result: Sendable {
    let way: Way
    let counts: ModelServer.Counts
    let time: Duration

    private var seconds: Double { time / .seconds(1) }
    var throttledShare: Double { Double(counts.throttled) / Double(max(1, counts.requests)) }
    var capacityShare: Double { Double(counts.useful) / seconds / ModelServer.requestsPerSecond }

    static let header = "".padded(18) + ["requests/s", "useful/s", "429s/s", "429s"].map { $0.padded(-12) }.joined()

    /// The line of a table.
    var line: String {
        let rates = [counts.requests, counts.useful, counts.throttled].map { "\(rate($0))".padded(-12) }
        let percent = (throttledShare * 1_000).rounded() / 10
        return way.rawValue.padded(18) + rates.joined() + "\(percent) %".padded(-12)
    }

    private func rate(_ count: Int) -> Int { Int((Double(count) / seconds).rounded()) }

    /// A chart with a bar for each way: useful answers, and 429s behind them.
    static func svg(_ results: [Result]) -> String {
        let most = Double(results.map { $0.rate($0.counts.requests) }.max() ?? 1)
        let scale = 500 / max(most, ModelServer.requestsPerSecond)
        let rows = results.enumerated().map { index, result in
            let y = 60 + 50 * index
            let useful = Double(result.rate(result.counts.useful)) * scale
            let throttled = Double(result.rate(result.counts.throttled)) * scale
            return """
                <text x="150" y="\(y + 20)" text-anchor="end">\(result.way.rawValue)</text>
                <rect class="useful" x="160" y="\(y)" width="\(useful)" height="30"/>
                <rect class="throttled" x="\(160 + useful)" y="\(y)" width="\(throttled)" height="30"/>
                <text x="\(166 + useful + throttled)" y="\(y + 20)">\(result.rate(result.counts.useful)) useful, \
                \(result.rate(result.counts.throttled)) × 429</text>
                """
        }
        let x = 160 + ModelServer.requestsPerSecond * scale
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 \(80 + 50 * results.count)" \
            font-family="sans-serif" font-size="14" role="img">
            <title>Answers per second of a service with rate limits, for four ways to call it</title>
            <style>
            .page { fill: #ffffff } text { fill: #24292f } .useful { fill: #1a7f37 } .throttled { fill: #d1440c }
            .capacity { stroke: #57606a; stroke-dasharray: 4 4 }
            @media (prefers-color-scheme: dark) { .page { fill: #0d1117 } text { fill: #e6edf3 } }
            </style>
            <rect class="page" width="860" height="\(80 + 50 * results.count)" rx="8"/>
            <text x="160" y="30" font-size="16">Answers per second: useful ones, and 429s</text>
            \(rows.joined(separator: "\n"))
            <line class="capacity" x1="\(x)" x2="\(x)" y1="44" y2="\(60 + 50 * results.count)"/>
            <text x="\(x + 4)" y="\(74 + 50 * results.count)">the service's limit</text>
            </svg>

            """
    }
}
