/// A panel of the chart: an axis with a unit, and lines with their names beside them.
struct ChartPanel {
    let title: String
    let top: Double
    let height: Double
    let schedule: Schedule
    /// The points of each run.
    let lines: [[(time: Duration, value: Double)]]
    /// The end of the axis, and the distance of its marks.
    let highest: Double
    let step: Double
    let unit: (Double) -> String
    /// A value that is marked across the panel, with its name.
    var rule: (value: Double, name: String)?
    var isOutageNamed = false
    private var labels: [String] = []

    private static let left = 56.0
    private static let width = 648.0

    init(
        title: String, top: Double, height: Double, schedule: Schedule,
        lines: [[(time: Duration, value: Double)]], highest: Double, step: Double, unit: @escaping (Double) -> String
    ) {
        self.title = title
        self.top = top
        self.height = height
        self.schedule = schedule
        self.lines = lines
        self.highest = highest
        self.step = step
        self.unit = unit
    }

    var bottom: Double { top + height }

    var svg: String {
        let title = "<text class=\"title\" x=\"\(Self.left)\" y=\"\(top - 16)\">\(title)</text>"
        // The first run is drawn last, above the others.
        let paths = lines.indices.reversed().map { index in
            let points = lines[index].map { "\(Self.x($0.time, schedule)),\(y($0.value))" }.joined(separator: " ")
            return "<polyline class=\"line run\(index)\" points=\"\(points)\"/>"
        }
        return ([title, outage, grid, ruled] + paths + labels).joined(separator: "\n")
    }

    static func x(_ time: Duration, _ schedule: Schedule) -> Double {
        rounded(left + width * (time / schedule.end))
    }

    private func y(_ value: Double) -> Double { rounded(top + height * (1 - min(value, highest) / highest)) }
}

// MARK: Labels

extension ChartPanel {
    /// Writes the name of a run, or another text, above or below its line, around a time.
    mutating func label(_ way: Way, _ text: String? = nil, at time: Duration, above: Bool) {
        let near = lines[way.rawValue].filter { abs(($0.time - time).seconds) < 0.7 }.map(\.value)
        guard let value = above ? near.max() : near.min() else { return }
        write(way, text ?? way.name, at: time, y(value) + (above ? -7 : 17))
    }

    /// Writes the name of a run at a height.
    mutating func label(_ way: Way, at time: Duration, height value: Double) {
        write(way, way.name, at: time, y(value) + 4)
    }

    /// Writes the names of all runs to the right of a time, each at the height that its line had at another time.
    ///
    /// Where lines are too close to each other, the names move up.
    mutating func labelsAside(valuesAt time: Duration, at place: Duration) {
        let heights = Way.allCases.map { way in
            (way, lines[way.rawValue].last { $0.time <= time }.map { y($0.value) } ?? bottom)
        }
        var lowest = bottom - 8
        for (way, height) in heights.sorted(by: { $0.1 > $1.1 }) {
            let y = min(lowest, height + 4)
            write(way, way.name, at: place, y, anchor: "start")
            lowest = y - 18
        }
    }

    private mutating func write(
        _ way: Way, _ text: String, at time: Duration, _ y: Double, anchor: String = "middle"
    ) {
        let place = schedule.outage.contains(time) ? " inside" : ""
        labels.append(
            """
            <text class="label name\(way.rawValue)\(place)" x="\(Self.x(time, schedule))" y="\(y)" \
            text-anchor="\(anchor)">\(text)</text>
            """)
    }
}

// MARK: Background

extension ChartPanel {
    private var outage: String {
        let left = Self.x(schedule.outage.lowerBound, schedule)
        let width = rounded(Self.x(schedule.outage.upperBound, schedule) - left)
        let band = "<rect class=\"outage\" x=\"\(left)\" y=\"\(top)\" width=\"\(width)\" height=\"\(height)\"/>"
        return isOutageNamed ? band + "\n<text x=\"\(left + 8)\" y=\"\(top + 18)\">outage</text>" : band
    }

    private var grid: String {
        stride(from: 0, through: highest, by: step).map { value in
            """
            <path class="grid" d="M\(Self.left) \(y(value))h\(Self.width)"/>\
            <text x="\(Self.left - 8)" y="\(y(value) + 4)" text-anchor="end">\(unit(value))</text>
            """
        }.joined(separator: "\n")
    }

    private var ruled: String {
        guard let rule else { return "" }
        return """
            <path class="capacity" d="M\(Self.left) \(y(rule.value))h\(Self.width)"/>
            <text x="\(Self.left + 8)" y="\(y(rule.value) - 6)">\(rule.name)</text>
            """
    }
}

/// Rounds a position to tenths.
private func rounded(_ position: Double) -> Double { (10 * position).rounded() / 10 }
