/// A reader of JSON in the texts of a tool result; RetryFoundation has one.
///
/// A reader returns in bounded time for any text; a text that it cannot or will not read says nothing.
public struct ToolTextReader: Sendable {
    private let read: @Sendable (String) -> RetryTracker.ToolResult?

    /// Wraps a custom reader.
    ///
    /// - Parameter read: Returns the content of an object in a text, or `nil` if the text holds none.
    public init(_ read: @escaping @Sendable (String) -> RetryTracker.ToolResult.Structured?) {
        self.read = { read($0).map { RetryTracker.ToolResult(structured: $0) } }
    }

    private init(reading read: @escaping @Sendable (String) -> RetryTracker.ToolResult?) {
        self.read = read
    }

    /// Creates a reader that also finds the parts that are not of the documented shape.
    package static func reportingMalformedParts(
        _ read: @escaping @Sendable (String) -> RetryTracker.ToolResult?
    ) -> ToolTextReader {
        ToolTextReader(reading: read)
    }

    /// Returns the structured content of a text, or `nil`.
    public func structured(in text: String) -> RetryTracker.ToolResult.Structured? { read(text)?.structured }

    /// Returns the content of a text as a result, with its malformed parts; `nil` if it holds no object.
    func result(in text: String) -> RetryTracker.ToolResult? { read(text) }
}
