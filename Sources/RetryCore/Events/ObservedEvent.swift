/// An event that an ``EventObserver`` receives: of a call, a circuit breaker or a budget.
public protocol ObservedEvent: Sendable {
    /// The name of the event for metrics and logs.
    var code: String { get }
    /// The severity of the event.
    var logLevel: RetryLogLevel { get }
    /// The contents of the event beside its code, in the order of a line of text.
    var fields: [EventField] { get }
    /// A Boolean value that indicates whether this is an event of one call; false by default, as for a change of state.
    ///
    /// A library logs the former at the level `info` at most.
    var isOfOneCall: Bool { get }
    /// The event without the text of an error; the event itself by default.
    var withoutMessage: Self { get }
    /// Calls `record` with each value that the event adds to a metric; with none by default.
    func measure(_ record: (EventMeasurement) -> Void)
}

extension ObservedEvent {
    /// False: the event is a change of state.
    public var isOfOneCall: Bool { false }

    /// The event itself, which has no text of an error.
    public var withoutMessage: Self { self }

    /// Records nothing.
    public func measure(_ record: (EventMeasurement) -> Void) {}

    /// The event as one line of text: its code, then its fields as `name=value`.
    ///
    /// A value with characters other than letters and signs is in quotes, with backslashes before special characters,
    /// so that no text of an error can forge a field or a line.
    public var logLine: String {
        fields.reduce(code) { "\($0) \($1.name)=\($1.value.text.logValue)" }
    }
}

/// A part of an event: its name and its value.
public struct EventField: Sendable, Hashable {
    /// The value of a field.
    public enum Value: Sendable, Hashable {
        case text(String)
        case count(Int)
        case duration(Duration)
    }

    /// The name in a line of text, such as `operation`.
    public let name: String
    /// The value.
    public let value: Value

    /// Creates a field with a text.
    public init(_ name: String, _ value: String) {
        (self.name, self.value) = (name, .text(value))
    }

    /// Creates a field with a number.
    public init(_ name: String, _ value: Int) {
        (self.name, self.value) = (name, .count(value))
    }

    /// Creates a field with a time.
    public init(_ name: String, _ value: Duration) {
        (self.name, self.value) = (name, .duration(value))
    }

    /// The name in structured logs, metrics and traces: `retry.` and the name, such as `retry.operation`; of the type of
    /// an error `error.type`, as OpenTelemetry has it.
    public var key: String { name == "error" ? "error.type" : "retry.\(name)" }
}

extension EventField.Value {
    /// The value as people read it: a time as `97ms`.
    public var text: String {
        switch self {
        case .text(let text): text
        case .count(let count): String(count)
        case .duration(let duration): duration.text
        }
    }

    /// The value as a number, a time in seconds; `nil` for a text.
    public var number: Double? {
        switch self {
        case .text: nil
        case .count(let count): Double(count)
        case .duration(let duration): duration.inSeconds
        }
    }
}

extension String {
    /// The text as one value of a line, in quotes if it needs them.
    var logValue: String {
        if !isEmpty, !unicodeScalars.contains(where: \.needsQuotes) { return self }
        var text = "\""
        for scalar in unicodeScalars {
            text += scalar.needsEscape ? scalar.escaped(asASCII: true) : String(scalar)
        }
        return text + "\""
    }
}

extension Unicode.Scalar {
    fileprivate var needsQuotes: Bool {
        self == "=" || properties.isWhitespace || needsEscape
    }

    /// A Boolean value that indicates whether the character ends a value or a line, or disguises a line.
    fileprivate var needsEscape: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: self == "\"" || self == "\\" || properties.isBidiControl
        }
    }
}
