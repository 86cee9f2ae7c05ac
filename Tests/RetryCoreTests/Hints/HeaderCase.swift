import RetryCore
import Testing

/// The value of a header and what it has to mean, printed in a form that no control character spoils.
struct HeaderCase: Sendable, CustomTestStringConvertible {
    /// 06 Nov 1994 08:49:37 GMT, the example of RFC 9110.
    static let example: Int64 = 784_111_777

    let value: String
    let hint: RetryHint?
    let now: Int64
    let testDescription: String

    /// Makes a case of a value and the wait that it asks for, or `nil` if it is no hint; a `name` stands for a value
    /// that is too long to print.
    init(_ value: String, _ delay: Duration?, now: Int64 = example, name: String? = nil) {
        (self.value, self.now) = (value, now)
        hint = delay.map { .after($0) }
        testDescription = name ?? value.debugDescription
    }

    /// Cases that are no hint.
    static func garbage(_ values: [String]) -> [HeaderCase] {
        values.map { HeaderCase($0, nil, now: 0) }
    }
}
