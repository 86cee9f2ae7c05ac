import RetryCore
import Testing

@Suite("The glossary of events", .timeLimit(.minutes(20)))
struct GlossaryTests {
    private static let article = Article("RetryCore/RetryCore.docc/EventCodes.md")

    @Test("has each metric with its kind, unit and dimensions", arguments: EventMetric.all)
    func metric(_ metric: EventMetric) {
        let dimensions = metric.dimensions.map { "`\($0)`" }.joined(separator: ", ")
        Self.article.expectRow(["`\(metric.name)`", metric.kind.rawValue, "`\(metric.unit)`", dimensions])
    }

    @Test("has each reason for which a call ends", arguments: RetryStopReason.Kind.allCases.map(\.code))
    func reason(_ code: String) {
        #expect(!Self.article.rows(with: "`\(code)`").isEmpty)
    }
}
