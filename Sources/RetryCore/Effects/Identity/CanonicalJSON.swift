/// A JSON value with one canonical form, the same byte for byte.
///
/// The form is that of Python's `json.dumps(…, sort_keys=True, separators=(",", ":"))`, so that a service in Swift and
/// one in Python derive the same ``ActionID`` from the same payload: see ``ActionID/nodus(type:payload:scope:)``.
///
/// ```swift
/// let payload: CanonicalJSON = ["user": "u-17", "amount": 12.5, "items": [1, 2]]
/// print(payload.text)  // {"amount":12.5,"items":[1,2],"user":"u-17"}
/// ```
///
/// A whole number and a floating-point number differ: `1` is written `1`, and `1.0` is written `1.0`.
public enum CanonicalJSON: Sendable {
    /// Nothing.
    case null
    /// A truth value.
    case bool(Bool)
    /// A whole number of any size.
    case integer(Integer)
    /// A floating-point number; `NaN`, `Infinity` and `-Infinity` are written bare, as Python does.
    case double(Double)
    /// A text, without normalisation: a composed text and a decomposed one differ.
    case string(String)
    /// Values in order.
    case array([CanonicalJSON])
    /// Named values, in any order. Of two members with one name the last one counts.
    case object([Member])

    /// A named value of an object.
    public struct Member: Sendable {
        /// The name.
        public let name: String
        /// The value.
        public let value: CanonicalJSON

        /// Creates a member.
        public init(_ name: String, _ value: CanonicalJSON) {
            self.name = name
            self.value = value
        }
    }

    /// A whole number of any size.
    public struct Integer: Sendable {
        /// The number in decimal digits, without needless zeros, after a minus if it is negative.
        public let digits: String

        /// Creates the number from any integer type.
        public init(_ number: some BinaryInteger) {
            digits = number.description
        }

        /// Creates a number from decimal digits, such as those of a document.
        ///
        /// - Parameter text: ASCII digits, after a minus if the number is negative; the result is `nil` for anything
        ///   else.
        public init?(decimal text: some StringProtocol) {
            var number = Substring(text)
            let isNegative = number.utf8.first == UInt8(ascii: "-")
            if isNegative { number = number.dropFirst() }
            guard !number.isEmpty, number.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            let significant = number.drop { $0 == "0" }
            if significant.isEmpty {
                digits = "0"
            } else {
                digits = isNegative ? "-" + significant : String(significant)
            }
        }
    }
}

extension CanonicalJSON {
    /// A whole number of any type.
    public static func integer(_ number: some BinaryInteger) -> CanonicalJSON { .integer(Integer(number)) }

    /// The members of a dictionary.
    public static func object(_ members: [String: CanonicalJSON]) -> CanonicalJSON {
        .object(members.map { Member($0.key, $0.value) })
    }
}

extension CanonicalJSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// Creates nothing.
    public init(nilLiteral: ()) { self = .null }
    /// Creates a truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// Creates a whole number.
    public init(integerLiteral value: Int) { self = .integer(Integer(value)) }
    /// Creates a floating-point number.
    public init(floatLiteral value: Double) { self = .double(value) }
    /// Creates a text.
    public init(stringLiteral value: String) { self = .string(value) }
    /// Creates an array.
    public init(arrayLiteral elements: CanonicalJSON...) { self = .array(elements) }
    /// Creates an object.
    public init(dictionaryLiteral elements: (String, CanonicalJSON)...) {
        self = .object(elements.map { Member($0, $1) })
    }
}

/// Two values are equal if their canonical forms are the same: members in another order are, `1` and `1.0` are not.
extension CanonicalJSON: Hashable {
    /// Compares the canonical forms of two values.
    public static func == (one: CanonicalJSON, other: CanonicalJSON) -> Bool { one.bytes == other.bytes }

    /// Hashes the canonical form.
    public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}
