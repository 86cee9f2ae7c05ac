/// The result of a tool, as far as it says whether the call failed.
///
/// A result is a success, a failure, or unreadable: part of it is not of the documented shape, and the rest reports no
/// failure. An unreadable result is neither of the other two: a ``RetryTracker`` decides
/// ``TrackerDecision/unreadable``, and leaves the state of the request as it was.
///
/// The shape is that of a tool result over JSON-RPC: `isError` at the top, `structuredContent` with an `isError` and a
/// `status_code` of its own, and a list of contents, of which the texts may hold JSON. RetryFoundation reads it from
/// JSON; other callers fill it in:
///
/// ```swift
/// let result = ToolResult(isError: reply.isError, structured: .init(statusCode: reply.status))
/// ```
public struct ToolResult: Sendable, Hashable {
    /// The structured content of a result.
    public struct Structured: Sendable, Hashable {
        /// A Boolean value that indicates whether it says that the call failed.
        public var isError: Bool
        /// The status, such as 503.
        public var statusCode: Int?

        /// Creates structured content.
        public init(isError: Bool = false, statusCode: Int? = nil) {
            self.isError = isError
            self.statusCode = statusCode
        }
    }

    /// The parts of a result that are not of the documented shape; they are not guessed at, and an event reports them.
    public struct Oddities: OptionSet, Sendable, Hashable {
        /// The bits.
        public let rawValue: UInt8

        /// Creates a set from its bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The result is no object, or an unreadable one.
        public static let notAnObject = Oddities(rawValue: 1)
        /// `isError` is neither true nor false.
        public static let isErrorNotABool = Oddities(rawValue: 2)
        /// The structured content is neither absent nor an object.
        public static let structuredNotAnObject = Oddities(rawValue: 4)
        /// The status is a text, a fraction, or anything else but a whole number.
        public static let statusNotAnInteger = Oddities(rawValue: 8)
        /// The content is no list of objects.
        public static let contentNotAList = Oddities(rawValue: 16)
        /// The result is larger than the limit for reading.
        public static let tooLarge = Oddities(rawValue: 32)
        /// A text that is checked seems to be a JSON object, but cannot be read.
        public static let unreadableText = Oddities(rawValue: 64)
    }

    /// A Boolean value that indicates whether the result says at its top that the call failed.
    public var isError: Bool
    /// The structured content; `nil` if there is none.
    public var structured: Structured?
    /// The texts of the content, in order; read only by a policy that checks text content.
    public var texts: [String]
    /// The parts that are not of the documented shape.
    public var oddities: Oddities

    /// Creates a result.
    public init(
        isError: Bool = false, structured: Structured? = nil, texts: [String] = [], oddities: Oddities = []
    ) {
        self.isError = isError
        self.structured = structured
        self.texts = texts
        self.oddities = oddities
    }
}

/// A reader of JSON in the texts of a tool result; RetryFoundation has one.
///
/// A reader returns in bounded time for any text; a text that it cannot or will not read says nothing.
public struct ToolTextReader: Sendable {
    private let read: @Sendable (String) -> ToolResult?

    /// Wraps a custom reader.
    ///
    /// - Parameter read: Returns the content of an object in a text, or `nil` if the text holds none.
    public init(_ read: @escaping @Sendable (String) -> ToolResult.Structured?) {
        self.read = { read($0).map { ToolResult(structured: $0) } }
    }

    private init(reading read: @escaping @Sendable (String) -> ToolResult?) {
        self.read = read
    }

    /// Creates a reader that also finds the parts that are not of the documented shape.
    package static func noticingOddities(
        _ read: @escaping @Sendable (String) -> ToolResult?
    ) -> ToolTextReader {
        ToolTextReader(reading: read)
    }

    /// Returns the structured content of a text, or `nil`.
    public func structured(in text: String) -> ToolResult.Structured? { read(text)?.structured }

    /// Returns the content of a text as a result, with its oddities; `nil` if it holds no object.
    func result(in text: String) -> ToolResult? { read(text) }
}
