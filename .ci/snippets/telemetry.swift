// Stand-ins for the parts of swift-log, swift-metrics and swift-distributed-tracing that snippets name; the real ones
// are used in Examples/Sources/Observers.

struct Logger: Sendable {
    enum Level: String, Sendable { case trace, debug, info, notice, warning, error, critical }
    enum MetadataValue: Sendable, ExpressibleByStringInterpolation {
        case string(String)
        init(stringLiteral value: String) { self = .string(value) }
    }

    func log(level: Level, _ message: String, metadata: [String: MetadataValue]) {}
}

struct Counter: Sendable {
    init(label: String, dimensions: [(String, String)]) {}
    func increment(by amount: Int64) {}
}

struct Recorder: Sendable {
    init(label: String, dimensions: [(String, String)]) {}
    func record(_ value: Double) {}
}

typealias Gauge = Recorder

enum SpanAttribute: Sendable {
    case double(Double)
    case string(String)
}

struct SpanAttributes: Sendable {
    init(_ attributes: [String: SpanAttribute]) {}
    func merge(_ other: SpanAttributes) {}
}

struct SpanEvent: Sendable {
    init(name: String, attributes: SpanAttributes) {}
}

struct SpanStatus: Sendable {
    enum Code: Sendable { case ok, error }
    init(code: Code, message: String) {}
}

struct Span: Sendable {
    var attributes: SpanAttributes { SpanAttributes([:]) }
    func addEvent(_ event: SpanEvent) {}
    func setStatus(_ status: SpanStatus) {}
    func end() {}
}

struct Tracer: Sendable {
    func startSpan(_ name: String) -> Span { Span() }
}

let logger = Logger()
let tracer = Tracer()
