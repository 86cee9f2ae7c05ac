import Foundation
import Testing

/// An article of the documentation, whose tables tests compute anew.
struct Article {
    private let path: String
    private let lines: Set<String>

    /// Reads an article.
    ///
    /// - Parameter path: The path below `Sources`.
    init(_ path: String) {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        self.path = path
        let text = try? String(contentsOf: root.appending(path: "Sources/\(path)"), encoding: .utf8)
        lines = Set((text ?? "").split(separator: "\n").map(String.init))
    }

    /// The rows that contain a text, of tables of policies.
    func rows(with text: String) -> Set<String> {
        lines.filter { $0.hasPrefix("| ") && !$0.hasPrefix("| policy") && $0.contains(text) }
    }

    /// Expects a row with these cells in one of the article's tables.
    func expectRow(_ cells: [String], sourceLocation: SourceLocation = #_sourceLocation) {
        let row = "| \(cells.joined(separator: " | ")) |"
        #expect(lines.contains(row), "\(path) should have the row\n\(row)", sourceLocation: sourceLocation)
    }
}
