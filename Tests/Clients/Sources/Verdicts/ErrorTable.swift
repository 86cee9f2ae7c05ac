import ClientErrors
import Foundation

/// The errors of real clients, and what the library has to say of each: client, error, type, class, execution, hint.
public struct ErrorTable {
    /// The lines of the table, without those whose errors could not be provoked.
    public private(set) var rows: [[String]] = []
    /// The differences from what is expected; empty if there is none.
    public private(set) var differences: [String] = []

    /// Provokes every error, and asks the library about it.
    ///
    /// - Throws: An error if the expected lines cannot be read.
    public init() async throws {
        for provocation in Provocation.all {
            guard let error = await provocation.error() else {
                differences.append("\(provocation.client): \(provocation.name): nothing was thrown")
                continue
            }
            let verdict = await Verdict(of: error)
            rows.append([provocation.client, provocation.name, verdict.typeName] + verdict.columns)
        }
        let lines = rows.map { $0.joined(separator: "\t") }
        differences += lines.difference(from: try Self.expected()).map { change in
            switch change {
            case .insert(_, let line, _): "is:       \(line)"
            case .remove(_, let line, _): "expected: \(line)"
            }
        }
    }

    private static func expected() throws -> [String] {
        guard let url = Bundle.module.url(forResource: "errors", withExtension: "tsv") else {
            throw CocoaError(.fileNoSuchFile)
        }
        return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    /// The columns client, error, class and execution as text, for people.
    public var text: String {
        let table = [["client", "error", "class", "execution"]] + rows.map { [$0[0], $0[1], $0[3], $0[4]] }
        let widths = table[0].indices.map { column in table.map { $0[column].count }.max() ?? 0 }
        return table.map { row in
            zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
