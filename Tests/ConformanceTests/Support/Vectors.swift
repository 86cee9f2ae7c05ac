import Foundation

/// The recorded behaviour of the five systems that this library learned from.
struct Vectors: Sendable {
    private let root: JSON

    init() throws {
        let file = try Bundle.module.url(forResource: "vectors", withExtension: "json", subdirectory: "Resources")
            .unwrapped("Resources/vectors.json is not in the test bundle")
        root = try JSONDecoder().decode(JSON.self, from: Data(contentsOf: file))
    }

    /// The vectors under a key; `aws/decorator` is the member `decorator` of `aws`.
    subscript(key: String) -> JSON {
        key.split(separator: "/", maxSplits: 1).reduce(root) { $0[String($1)] }
    }

    /// Every key; two of them hold one object each, whose members count by themselves.
    var keys: [String] {
        root.members.flatMap { key, value in
            ["aws", "cpex"].contains(key) ? value.members.map { "\(key)/\($0.key)" } : [key]
        }
    }
}

/// The tests themselves are wrong, or what they need is missing.
struct HarnessError: Error, CustomStringConvertible {
    let description: String
}

extension Optional {
    /// The value, or an error that says what is missing.
    func unwrapped(_ problem: @autoclosure () -> String) throws -> Wrapped {
        guard let self else { throw HarnessError(description: problem()) }
        return self
    }
}
