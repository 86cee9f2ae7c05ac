/// A client library whose errors the default classifier recognises without importing it.
///
/// Each client's error types are found by their qualified names, and read by their codes: in their descriptions, or in
/// a mirror. <doc:ClassifyingErrors> lists all of them. All clients are on by default, and each can be left out:
///
/// ```swift
/// let classifier = ErrorClassifier.default.without(.grpc)
/// ```
///
/// An error's own classification, a code and a status beat the tables. So a conformance of yours, such as that of a
/// client's error to ``StatusCodeError``, takes precedence.
public struct KnownClient: Sendable, Hashable {
    /// The name of the client.
    public let name: String
    /// The client alone, as a set.
    let set: KnownClients

    init(_ name: String, place: UInt32) {
        self.name = name
        self.set = KnownClients(rawValue: 1 << place)
    }
}

extension KnownClient: CustomStringConvertible {
    /// The name of the client.
    public var description: String { name }
}

/// A set of known clients.
struct KnownClients: OptionSet, Sendable, Hashable {
    let rawValue: UInt32
}
