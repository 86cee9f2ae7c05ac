/// The key of a tracked call: the tool and the request whose failures are counted together.
///
/// Both are compared by their bytes. Two texts that only look the same are two keys, and the parts of a key are never
/// joined into one text, in which `("a:b", "c")` would equal `("a", "b:c")`.
public struct ToolCallKey: Sendable, Hashable {
    // The request first: it differs more often than the tool.
    private let requestName: ByteName
    private let toolName: ByteName
    /// The name of the tool.
    public var tool: String { toolName.text }
    /// The id of the request.
    public var request: String { requestName.text }

    /// Creates a key.
    public init(tool: String, request: String) {
        requestName = ByteName(request)
        toolName = ByteName(tool)
    }
}
