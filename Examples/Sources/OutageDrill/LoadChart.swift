/// The load on the upstream over time as an SVG picture, a line for each run.
///
/// It has a background of its own, and colors for a light and for a dark page.
struct LoadChart {
    let runs: [Run]
    let schedule: Schedule

    private let plot = (left: 56.0, top: 64.0, width: 648.0, height: 260.0)
    private let bin = Duration.milliseconds(250)

    var svg: String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 364" font-family="sans-serif" font-size="13" \
        role="img">
        <title>Requests per second that the upstream gets, with an outage in the middle</title>
        \(style)
        <rect class="page" width="720" height="364" rx="8"/>
        <text x="\(plot.left)" y="26" font-size="15">Requests per second at the upstream</text>
        \(legend)
        \(outage)
        \(grid)
        \(capacity)
        \(lines)
        </svg>

        """
    }

    private let style = """
        <style>
        .page { fill: #ffffff } .outage { fill: #f1d9d3 } text { fill: #24292f } .grid { stroke: #d0d7de }
        .capacity { stroke: #7d8590; stroke-dasharray: 1 5; stroke-linecap: round; stroke-width: 2 }
        .line { fill: none; stroke-width: 2.5; stroke-linejoin: round }
        .run0 { stroke: #7d8590; stroke-dasharray: 3 3 } .run1 { stroke: #d1440c }
        .run2 { stroke: #0969da; stroke-dasharray: 9 3 } .run3 { stroke: #1a7f37 }
        @media (prefers-color-scheme: dark) {
        .page { fill: #0d1117 } .outage { fill: #3b2320 } text { fill: #e6edf3 } .grid { stroke: #30363d }
        .run0 { stroke: #9198a1 } .run1 { stroke: #ff7b54 } .run2 { stroke: #58a6ff } .run3 { stroke: #3fb950 }
        }
        </style>
        """

    /// A sample of each line, with its name.
    private var legend: String {
        runs.enumerated().map { index, run in
            let x = plot.left + 150 * Double(index)
            return """
                <path class="line run\(index)" d="M\(x) 44h28"/><text x="\(x + 34)" y="48">\(run.way.name)</text>
                """
        }.joined(separator: "\n")
    }

    private var outage: String {
        let left = x(schedule.outage.lowerBound)
        let width = x(schedule.outage.upperBound) - left
        return """
            <rect class="outage" x="\(left)" y="\(plot.top)" width="\(width)" height="\(plot.height)"/>
            <text x="\(left + 8)" y="\(plot.top + 18)">outage</text>
            """
    }

    /// A horizontal line for every 100 requests a second, and the seconds below.
    private var grid: String {
        let loads = stride(from: 0, through: highest, by: 100).map { load in
            """
            <path class="grid" d="M\(plot.left) \(y(load))h\(plot.width)"/>\
            <text x="\(plot.left - 8)" y="\(y(load) + 4)" text-anchor="end">\(Int(load))</text>
            """
        }
        let times = (0...Int(schedule.end.seconds)).map { second in
            """
            <text x="\(x(.seconds(second)))" y="\(plot.top + plot.height + 20)" text-anchor="middle">\(second) s</text>
            """
        }
        return (loads + times).joined(separator: "\n")
    }

    private var capacity: String {
        let y = y(Double(Service.capacity))
        return """
            <path class="capacity" d="M\(plot.left) \(y)h\(plot.width)"/>
            <text x="\(plot.left + plot.width - 4)" y="\(y - 6)" text-anchor="end">what it can bear</text>
            """
    }

    /// The first run is drawn last, above the others.
    private var lines: String {
        runs.indices.reversed().map { index in
            let points = loads(runs[index]).map { "\(x($0.time)),\(y($0.load))" }.joined(separator: " ")
            return "<polyline class=\"line run\(index)\" points=\"\(points)\"/>"
        }.joined(separator: "\n")
    }

    /// The load in each quarter of a second, at its middle.
    private func loads(_ run: Run) -> [(time: Duration, load: Double)] {
        (0..<Int(schedule.end / bin)).map { number in
            let start = bin * number
            let time = start..<(start + bin)
            return (start + bin / 2, Double(run.requests.count(where: time.contains)) / bin.seconds)
        }
    }

    /// The end of the vertical axis: the highest load, rounded up to hundreds.
    private var highest: Double {
        let most = runs.flatMap(loads).map(\.load).max() ?? 0
        return max(100, (most / 100).rounded(.up) * 100)
    }

    private func x(_ time: Duration) -> Double { rounded(plot.left + plot.width * (time / schedule.end)) }
    private func y(_ load: Double) -> Double { rounded(plot.top + plot.height * (1 - load / highest)) }
    private func rounded(_ position: Double) -> Double { (10 * position).rounded() / 10 }
}
