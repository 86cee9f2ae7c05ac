import RetryFoundation
import Testing
import Verdicts

/// The errors of real clients against a table of them, so that a new release of a client can't change them unseen.
@Suite(.timeLimit(.minutes(20)))
struct ClientErrorTests {
    @Test func everyErrorIsRecognised() async throws {
        let table = try await ErrorTable()
        print(table.text)
        for difference in table.differences { Issue.record("\(difference)") }
        #expect(table.rows.count >= 60)
    }
}
