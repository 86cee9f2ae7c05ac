import RetryCore
import Testing

@Suite("What a result says", .timeLimit(.minutes(20)))
struct ToolVerdictTests {
    private static let reader = ToolTextReader { text in
        switch text {
        case "503": .init(statusCode: 503)
        case "400": .init(statusCode: 400)
        case "200": .init(statusCode: 200)
        case "error": .init(isError: true)
        case "error 400": .init(isError: true, statusCode: 400)
        case "nothing": .init()
        default: nil
        }
    }

    private func decision(_ result: RetryTracker.ToolResult, checksText: Bool = true) throws -> RetryTrackerDecision {
        let policy = ToolRetryPolicy(backoffBaseMilliseconds: 1, jitter: false, checksTextContent: checksText)
        let tracker = try RetryTracker(
            configuration: ToolRetryConfiguration(base: policy), textReader: Self.reader)
        return tracker.record(result, tool: "a", request: "1")
    }

    private let retry = RetryTrackerDecision.retry(after: .milliseconds(1))

    @Test(arguments: [true, false])
    func structuredContent(checksText: Bool) throws {
        for status in [429, 500, 502, 503, 504] {
            #expect(try decision(.init(structured: .init(statusCode: status)), checksText: checksText) == retry)
            let both = RetryTracker.ToolResult(isError: true, structured: .init(isError: true, statusCode: status))
            #expect(try decision(both, checksText: checksText) == retry)
        }
        for status in [400, 404, 408, 501, 599, 999] {
            #expect(try decision(.init(structured: .init(statusCode: status)), checksText: checksText) == .giveUp)
            let top = RetryTracker.ToolResult(isError: true, structured: .init(statusCode: status))
            #expect(try decision(top, checksText: checksText) == .giveUp)
            let inner = RetryTracker.ToolResult(structured: .init(isError: true, statusCode: status))
            #expect(try decision(inner, checksText: checksText) == .giveUp)
        }
        #expect(try decision(.init(structured: .init(statusCode: 200)), checksText: checksText) == .succeeded)
        #expect(
            try decision(.init(isError: true, structured: .init(statusCode: 200)), checksText: checksText) == .giveUp)
        #expect(try decision(.init(structured: .init()), checksText: checksText) == .succeeded)
        #expect(try decision(.init(structured: .init(isError: true)), checksText: checksText) == retry)
        #expect(try decision(.init(isError: true), checksText: checksText) == retry)
        #expect(try decision(.init(), checksText: checksText) == .succeeded)
    }

    @Test func texts() throws {
        #expect(try decision(.init(texts: ["503"])) == retry)
        #expect(try decision(.init(texts: ["error"])) == retry)
        #expect(try decision(.init(texts: ["hello", "nothing", "200", "503"])) == retry)
        #expect(try decision(.init(texts: ["400", "503"])) == .giveUp)
        #expect(try decision(.init(texts: ["error 400"])) == .giveUp)
        #expect(try decision(.init(texts: ["hello", "nothing", "200"])) == .succeeded)
        #expect(try decision(.init(isError: true, texts: ["hello"])) == retry)
        #expect(try decision(.init(isError: true, texts: ["400"])) == .giveUp)
        #expect(try decision(.init(texts: ["503"]), checksText: false) == .succeeded)
        // Structured content is the better word.
        #expect(try decision(.init(structured: .init(statusCode: 200), texts: ["503"])) == .succeeded)
    }

    @Test func aListedStatusIsRetriedWhateverItsClass() throws {
        let policy = ToolRetryPolicy(
            maxRetries: 3, backoffBaseMilliseconds: 1, maxBackoffMilliseconds: 1, retryOnStatus: [401, 404, 418],
            jitter: false)
        let tracker = try RetryTracker(configuration: ToolRetryConfiguration(base: policy))
        for status in [401, 404, 418] {
            let result = RetryTracker.ToolResult(structured: .init(statusCode: status))
            #expect(tracker.record(result, tool: "a", request: "1") == retry)
        }
        let unlisted = RetryTracker.ToolResult(structured: .init(statusCode: 503))
        #expect(tracker.record(unlisted, tool: "a", request: "1") == .giveUp)
    }

    @Test func partsThatCannotBeReadAreReported() throws {
        let events = Locked<[RetryTrackerEvent]>([])
        let tracker = try RetryTracker { event in events.withLock { $0.append(event) } }
        let odd = RetryTracker.ToolResult(malformedParts: [.notAnObject])
        #expect(tracker.record(odd, tool: "a", request: "1") == .unreadable)
        #expect(
            events.withLock { $0 } == [
                RetryTrackerEvent(kind: .undocumentedResult(.notAnObject), tool: "a", request: "1")
            ])
        #expect(events.withLock { $0[0].code } == "undocumented_result")
        #expect(events.withLock { $0[0].logLevel } == .warning)
        let failed = RetryTracker.ToolResult(isError: true, structured: .init(), malformedParts: .statusNotAnInteger)
        #expect(tracker.record(failed, tool: "a", request: "1") != .unreadable)
        #expect(events.withLock { $0[1].kind } == .undocumentedResult(.statusNotAnInteger))
    }

    @Test(
        arguments: [
            .notAnObject, .isErrorNotABool, .structuredNotAnObject, .statusNotAnInteger, .tooLarge, .unreadableText,
        ] as [RetryTracker.ToolResult.MalformedParts])
    func everyOddityThatMayHideAFailureIsUnreadable(malformedParts: RetryTracker.ToolResult.MalformedParts) throws {
        for checksText in [true, false] {
            #expect(
                try decision(RetryTracker.ToolResult(malformedParts: malformedParts), checksText: checksText)
                    == .unreadable)
            #expect(
                try decision(
                    RetryTracker.ToolResult(isError: true, malformedParts: malformedParts), checksText: checksText)
                    == retry)
            let listed = RetryTracker.ToolResult(structured: .init(statusCode: 503), malformedParts: malformedParts)
            #expect(try decision(listed, checksText: checksText) == retry)
        }
    }

    @Test func contentIsLookedAtOnlyWhereTextsAreChecked() throws {
        #expect(try decision(RetryTracker.ToolResult(malformedParts: .contentNotAList)) == .unreadable)
        #expect(
            try decision(RetryTracker.ToolResult(malformedParts: .contentNotAList), checksText: false) == .succeeded)
        #expect(
            try decision(RetryTracker.ToolResult(structured: .init(), malformedParts: .contentNotAList)) == .succeeded)
    }
}
