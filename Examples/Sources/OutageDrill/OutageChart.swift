/// The runs over time as an SVG picture: load, successes and latency, with a line for each run.
///
/// It has a background of its own, and colors for a light and for a dark page.
struct OutageChart {
    let runs: [Run]
    let schedule: Schedule

    private let bin = Duration.milliseconds(250)

    var svg: String {
        let panels = [load, successes, latency]
        let bottom = (panels.map(\.bottom).max() ?? 0) + 36
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 \(bottom)" font-family="sans-serif" \
            font-size="13" role="img">
            <title>A service with an outage: requests that it receives, calls that succeed, latency</title>
            \(style)
            <rect class="page" width="720" height="\(bottom)" rx="8"/>
            \(panels.map(\.svg).joined(separator: "\n"))
            \(seconds(below: bottom - 36))
            </svg>

            """
    }

    private let style = """
        <style>
        .page { fill: #ffffff } .outage { fill: #f6e3de } .grid { stroke: #d0d7de }
        text { fill: #24292f; paint-order: stroke; stroke: #ffffff; stroke-width: 0 }
        .title { font-size: 15px } .label { stroke-width: 4px; stroke-linejoin: round; font-weight: 600 }
        .inside { stroke: #f6e3de }
        .capacity { stroke: #57606a; stroke-dasharray: 1 5; stroke-linecap: round; stroke-width: 2 }
        .line { fill: none; stroke-width: 2.5; stroke-linejoin: round }
        .run0 { stroke: #6e7781; stroke-dasharray: 3 3 } .run1 { stroke: #d1440c }
        .run2 { stroke: #0969da; stroke-dasharray: 9 3 } .run3 { stroke: #1a7f37 }
        .name0 { fill: #57606a } .name1 { fill: #b93a08 } .name2 { fill: #0757b5 } .name3 { fill: #12662b }
        @media (prefers-color-scheme: dark) {
        .page { fill: #0d1117 } .outage { fill: #2d1f1e } text { fill: #e6edf3; stroke: #0d1117 }
        .inside { stroke: #2d1f1e } .grid { stroke: #30363d } .capacity { stroke: #9198a1 }
        .run0 { stroke: #9198a1 } .run1 { stroke: #ff7b54 } .run2 { stroke: #58a6ff } .run3 { stroke: #3fb950 }
        .name0 { fill: #9198a1 } .name1 { fill: #ff7b54 } .name2 { fill: #58a6ff } .name3 { fill: #3fb950 }
        }
        </style>
        """

    private func seconds(below bottom: Double) -> String {
        (0...Int(schedule.end.seconds)).map { second in
            let x = ChartPanel.x(.seconds(second), schedule)
            return "<text x=\"\(x)\" y=\"\(bottom + 20)\" text-anchor=\"middle\">\(second) s</text>"
        }.joined(separator: "\n")
    }
}

// MARK: The panels

extension OutageChart {
    /// The requests that the service receives, and its capacity.
    private var load: ChartPanel {
        let lines = runs.map { run in
            bins.map { time in (middle(time), Double(run.requests.count(where: time.contains)) / bin.seconds) }
        }
        let most = lines.joined().map(\.1).max() ?? 0
        var panel = ChartPanel(
            title: "Requests that the service receives", top: 44, height: 250, schedule: schedule, lines: lines,
            highest: max(100, (most / 100).rounded(.up) * 100), step: 100, unit: { "\(Int($0))/s" })
        panel.rule = (Double(Service.capacity), "capacity")
        panel.isOutageNamed = true
        for run in runs { panel.label(run.way, at: outage(0.62), above: run.way != .noRetry) }
        for run in runs where run.recovery == nil {
            panel.label(run.way, "still down after the outage", at: after(0.5), above: true)
        }
        return panel
    }

    /// The share of the calls that succeed, by the time at which they start.
    private var successes: ChartPanel {
        let lines = runs.map { run in
            bins.compactMap { time -> (Duration, Double)? in
                let calls = started(run, in: time)
                let successes = calls.count { $0.hasSucceeded && $0.end < schedule.end }
                return calls.isEmpty ? nil : (middle(time), 100 * Double(successes) / Double(calls.count))
            }
        }
        var panel = ChartPanel(
            title: "Calls that succeed, by the time of their start", top: 346, height: 90, schedule: schedule,
            lines: lines, highest: 100, step: 50, unit: { "\(Int($0)) %" })
        panel.label(.budget, "no retry, budget", at: after(0.6), above: false)
        panel.label(.naive, at: after(0.6), above: true)
        panel.label(.breaker, at: after(0.6), height: 62)
        return panel
    }

    /// The time that 95 % of the callers wait at most for their answer or their error, by the time of the start.
    ///
    /// A line ends where calls are still under way at the end of the run.
    private var latency: ChartPanel {
        let lines = runs.map { run in
            bins.compactMap { time -> (Duration, Double)? in
                let calls = started(run, in: time)
                guard !calls.isEmpty, calls.allSatisfy({ $0.end < schedule.end }) else { return nil }
                return (middle(time), calls.map { $0.end - $0.start }.sorted().percentile(95).seconds)
            }
        }
        let most = lines.joined().map(\.1).max() ?? 0
        var panel = ChartPanel(
            title: "p95 latency of the calls, retries and waits included", top: 488, height: 130, schedule: schedule,
            lines: lines, highest: max(1, (2 * most).rounded(.up) / 2), step: 1, unit: { "\(Int($0)) s" })
        panel.labelsAside(valuesAt: outage(0.8), at: after(0.08))
        return panel
    }

    /// The calls that start in a bin; those of the last tenth of a second have no time to end.
    private func started(_ run: Run, in time: Range<Duration>) -> [Run.Call] {
        run.calls.filter { time.contains($0.start) && $0.start < schedule.end - .milliseconds(100) }
    }

    private var bins: [Range<Duration>] {
        (0..<Int(schedule.end / bin)).map { bin * $0..<(bin * ($0 + 1)) }
    }

    private func middle(_ time: Range<Duration>) -> Duration { time.lowerBound + bin / 2 }
    private func outage(_ share: Double) -> Duration { time(share, of: schedule[.outage]) }
    private func after(_ share: Double) -> Duration { time(share, of: schedule[.after]) }
    private func time(_ share: Double, of range: Range<Duration>) -> Duration {
        range.lowerBound + .seconds(range.seconds * share)
    }
}
