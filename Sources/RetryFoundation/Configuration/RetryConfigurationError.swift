/// An error for an unusable configuration: the file, the setting, the problem, and the remedy.
///
/// ```swift
/// do {
///     policy = try RetryPolicy(contentsOf: file)
/// } catch let error as RetryConfigurationError where error.reason == .fileNotFound {
///     policy = .api
/// }
/// ```
///
/// Two errors are equal if all their properties are equal.
public struct RetryConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of a problem.
    public struct Reason: Sendable, Hashable {
        private enum Kind: Sendable { case fileNotFound, unreadable, tooLarge, malformed, invalidSetting }
        private let kind: Kind

        /// There is no such file.
        public static var fileNotFound: Reason { Reason(kind: .fileNotFound) }
        /// The file is there, and cannot be read.
        public static var unreadable: Reason { Reason(kind: .unreadable) }
        /// It is larger than the limit for a configuration.
        public static var tooLarge: Reason { Reason(kind: .tooLarge) }
        /// It is not JSON.
        public static var malformed: Reason { Reason(kind: .malformed) }
        /// A setting is unknown, of the wrong type, or out of its range.
        public static var invalidSetting: Reason { Reason(kind: .invalidSetting) }
    }

    /// The kind of the problem.
    public let reason: Reason
    /// The path of the file; `nil` if the text did not come from one.
    public let file: String?
    /// The path of the setting, such as `"backoff.factor"`; `nil` if the problem is not one setting's.
    public let setting: String?
    /// The problem, with the wrong value.
    public let problem: String
    /// The remedy.
    public let advice: String

    init(_ reason: Reason, file: String?, setting: String? = nil, problem: String, advice: String) {
        self.reason = reason
        self.file = file
        self.setting = setting
        self.problem = problem
        self.advice = advice
    }

    /// All of it in one line, such as `retry.json: backoff.factor is 0.5. It must be a finite number of at least 1.`.
    public var description: String {
        let place = [file, setting].compactMap(\.self).joined(separator: ": ")
        return "\(place.isEmpty ? "The configuration" : place) \(problem). \(advice)"
    }
}
