/// An error as a program sees it that does not import the error's module.
public struct ErrorDump {
    private let error: any Error

    /// Creates the dump of an error.
    public init(_ error: any Error) { self.error = error }

    /// The type's qualified name.
    public var typeName: String { String(reflecting: type(of: error)) }

    /// The type, the description and the children, down to the third level.
    public var text: String {
        let children = Self.children(of: Mirror(reflecting: error), depth: 1)
        let texts = [
            "type         \(typeName)",
            "description  \(Self.cut("\(error)"))",
            "reflection   \(Self.cut(String(reflecting: error)))",
        ]
        return (texts + children)
            .map { "   \($0)" }.joined(separator: "\n")
    }

    private static func children(of mirror: Mirror, depth: Int) -> [String] {
        guard depth <= 3 else { return [] }
        let inherited = mirror.superclassMirror.map { children(of: $0, depth: depth) } ?? []
        return inherited
            + mirror.children.prefix(12).flatMap { child in
                let inner = Mirror(reflecting: child.value)
                let style = inner.displayStyle.map { " (\($0))" } ?? ""
                let line =
                    String(repeating: "    ", count: depth) + "\(child.label ?? "-"): "
                    + "\(String(reflecting: type(of: child.value)))\(style) = \(cut("\(child.value)"))"
                return [line] + children(of: inner, depth: depth + 1)
            }
    }

    private static func cut(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: "⏎")
        return line.count <= 200 ? line : line.prefix(200) + "…"
    }
}
