/// The result of a tool, as far as it says whether the call failed.
///
/// A result is a success, a failure, or unreadable: part of it is not of the documented shape, and the rest says of no
/// failure. What is unreadable is neither of the other two: a ``RetryTracker`` decides ``TrackerDecision/unreadable``, and
/// leaves the state of the request as it was.
///
/// The shape is that of a tool result over JSON-RPC: `isError` at the top, `structuredContent` with an `isError` and a
/// `status_code` of its own, and a list of contents, of which the texts may hold JSON. RetryFoundation reads it from
/// JSON; other callers fill it in:
///
/// ```swift
/// let result = ToolResult(isError: reply.isError, structured: .init(statusCode: reply.status))
/// ```
public struct ToolResult: Sendable, Hashable {
    /// What the structured content says.
    public struct Structured: Sendable, Hashable {
        /// Whether it says that the call failed.
        public var isError: Bool
        /// The status, such as 503.
        public var statusCode: Int?

        /// Creates what the structured content says.
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

        /// The result is no object, or none that can be read.
        public static let notAnObject = Oddities(rawValue: 1)
        /// `isError` is neither true nor false.
        public static let isErrorNotABool = Oddities(rawValue: 2)
        /// The structured content is neither absent nor an object.
        public static let structuredNotAnObject = Oddities(rawValue: 4)
        /// The status is a text, a fraction, or anything else but a whole number.
        public static let statusNotAnInteger = Oddities(rawValue: 8)
        /// The content is no list of objects.
        public static let contentNotAList = Oddities(rawValue: 16)
        /// The result is larger than what is read of one.
        public static let tooLarge = Oddities(rawValue: 32)
        /// A text that is checked seems to be a JSON object, and is not one that can be read.
        public static let unreadableText = Oddities(rawValue: 64)
    }

    /// Whether the result says at its top that the call failed.
    public var isError: Bool
    /// What the structured content says; `nil` if there is none.
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

/// Reads what a text of a tool result says, if it holds JSON; RetryFoundation has one.
///
/// Whatever the text is, a reader returns in bounded time; a text that it cannot or will not read says nothing.
public struct ToolTextReader: Sendable {
    private let read: @Sendable (String) -> ToolResult?

    /// Wraps a reader of your own.
    ///
    /// - Parameter read: Returns what an object in a text says, or `nil` if the text holds none.
    public init(_ read: @escaping @Sendable (String) -> ToolResult.Structured?) {
        self.read = { read($0).map { ToolResult(structured: $0) } }
    }

    private init(reading read: @escaping @Sendable (String) -> ToolResult?) {
        self.read = read
    }

    /// A reader that also finds what is not of the documented shape.
    package static func noticingOddities(
        _ read: @escaping @Sendable (String) -> ToolResult?
    ) -> ToolTextReader {
        ToolTextReader(reading: read)
    }

    /// Returns what a text says, or `nil`.
    public func structured(in text: String) -> ToolResult.Structured? { read(text)?.structured }

    /// What a text says as a result, with its oddities; `nil` if it holds no object.
    func result(in text: String) -> ToolResult? { read(text) }
}
