/// Reads parts of values whose types cannot be named here, by their mirrors.
///
/// A mirror shows stored properties of any access level, and the payload of an enumeration's case under the name of the
/// case. It costs some microseconds and allocations. A part that is not found is `nil`. It looks at a bounded number of
/// children, and never into a structure whose depth the value decides.
enum Reflection {
    /// Returns the child with a label, taken out of an optional; `nil` if there is none.
    static func child(_ label: String, of value: Any) -> Any? {
        Mirror(reflecting: value).children.prefix(64).first { $0.label == label }.flatMap { unwrapped($0.value) }
    }

    /// Returns the child at a path of labels.
    static func child(at path: String..., of value: Any) -> Any? {
        path.reduce(Optional(value)) { value, label in value.flatMap { child(label, of: $0) } }
    }

    /// Returns the elements of a collection, up to the first 256.
    static func elements(of value: Any) -> [Any] {
        Mirror(reflecting: value).children.prefix(256).map(\.value)
    }

    /// Returns the child as an error.
    static func error(_ label: String, of value: Any) -> (any Error)? {
        child(label, of: value) as? any Error
    }

    /// Returns the child at a path as an integer.
    static func integer(at path: String..., of value: Any) -> Int? {
        let child = path.reduce(Optional(value)) { value, label in value.flatMap { Self.child(label, of: $0) } }
        return (child as? any BinaryInteger).flatMap { Int(exactly: $0) }
    }

    /// Returns the name of a value's case, by its description: `unsupportedScheme("redis")` is `unsupportedScheme`.
    static func caseName(of value: Any) -> String {
        String("\(value)".prefix { $0 != "(" })
    }

    /// Takes a value out of an optional; a value that is no optional is returned as it is.
    private static func unwrapped(_ value: Any) -> Any? {
        let mirror = Mirror(reflecting: value)
        return mirror.displayStyle == .optional ? mirror.children.first?.value : value
    }
}
