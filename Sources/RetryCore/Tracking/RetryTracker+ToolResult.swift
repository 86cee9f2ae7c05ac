extension RetryTracker {
    /// The result of a tool, as far as it says whether the call failed.
    ///
    /// A result is a success, a failure, or unreadable: part of it is not of the documented shape, and the rest reports
    /// no failure. An unreadable result is neither of the other two: a ``RetryTracker`` decides
    /// ``RetryTrackerDecision/unreadable``, and leaves the state of the request as it was.
    ///
    /// The shape is that of a tool result over JSON-RPC: `isError` at the top, `structuredContent` with an `isError`
    /// and a `status_code` of its own, and a list of contents, of which the texts may hold JSON. RetryFoundation reads
    /// it from JSON; other callers fill it in:
    ///
    /// ```swift
    /// let result = RetryTracker.ToolResult(isError: reply.isError, structured: .init(statusCode: reply.status))
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

        /// The parts of a result that are not of the documented shape; they are not guessed at, and an event reports
        /// them.
        public struct MalformedParts: OptionSet, Sendable, Hashable {
            /// The bits.
            public let rawValue: UInt8

            /// Creates a set from its bits.
            public init(rawValue: UInt8) { self.rawValue = rawValue }

            /// The result is no object, or an unreadable one.
            public static let notAnObject = MalformedParts(rawValue: 1)
            /// `isError` is neither true nor false.
            public static let isErrorNotABool = MalformedParts(rawValue: 2)
            /// The structured content is neither absent nor an object.
            public static let structuredNotAnObject = MalformedParts(rawValue: 4)
            /// The status is a text, a fraction, or anything else but a whole number.
            public static let statusNotAnInteger = MalformedParts(rawValue: 8)
            /// The content is no list of objects.
            public static let contentNotAList = MalformedParts(rawValue: 16)
            /// The result is larger than the limit for reading.
            public static let tooLarge = MalformedParts(rawValue: 32)
            /// A text that is checked seems to be a JSON object, but cannot be read.
            public static let unreadableText = MalformedParts(rawValue: 64)
        }

        /// A Boolean value that indicates whether the result says at its top that the call failed.
        public var isError: Bool
        /// The structured content; `nil` if there is none.
        public var structured: Structured?
        /// The texts of the content, in order; read only by a policy that checks text content.
        public var texts: [String]
        /// The parts that are not of the documented shape.
        public var malformedParts: MalformedParts

        /// Creates a result.
        public init(
            isError: Bool = false, structured: Structured? = nil, texts: [String] = [],
            malformedParts: MalformedParts = []
        ) {
            self.isError = isError
            self.structured = structured
            self.texts = texts
            self.malformedParts = malformedParts
        }
    }
}
