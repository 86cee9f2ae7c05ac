import Foundation
import RetryFoundation
import Testing

/// The decoder's half of `.ci/schema`, which compares it with a validator of JSON Schema.
///
/// The file named by `RETRY_SCHEMA_DOCUMENTS` has a document on each line. For each of them the file named by
/// `RETRY_SCHEMA_VERDICTS` gets a line: `read`, or the error.
@Suite("Documents for a validator", .timeLimit(.minutes(20)), .enabled(if: DocumentFiles.named != nil))
struct SchemaDocumentTests {
    @Test func verdicts() throws {
        let files = try #require(DocumentFiles.named)
        let documents = try Data(contentsOf: files.documents).split(separator: UInt8(ascii: "\n"))
        let verdicts = documents.map { Self.verdict(Data($0)) + "\n" }
        try Data(verdicts.joined().utf8).write(to: files.verdicts)
    }

    private static func verdict(_ document: Data) -> String {
        do {
            _ = try RetryConfiguration(json: document)
            return "read"
        } catch {
            return "\(error)"
        }
    }
}

private enum DocumentFiles {
    static let named: (documents: URL, verdicts: URL)? = {
        let environment = ProcessInfo.processInfo.environment
        guard let documents = environment["RETRY_SCHEMA_DOCUMENTS"], let verdicts = environment["RETRY_SCHEMA_VERDICTS"]
        else { return nil }
        return (URL(fileURLWithPath: documents), URL(fileURLWithPath: verdicts))
    }()
}
