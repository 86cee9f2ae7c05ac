import RetryCore
import Testing

@Suite("Message tables", .timeLimit(.minutes(20)))
struct ErrorMessageTableTests {
    @Test(
        "match whole words",
        arguments: [
            ("HTTP 401", .auth), ("(401)", .auth), ("status=401, try later", .auth), ("401", .auth),
            ("error 401: Unauthorized", .auth), ("timeout after 4013ms", .transient), ("order 14031 failed", nil),
            ("error 4040", nil), ("invalidated cache", nil), ("401st try", nil), ("a401", nil), ("40 1", nil),
            ("Validation failed", .permanent), ("authentication failed", .auth), ("Access denied", .permission),
            ("AUTHENTICATION  FAILED", .auth), ("too\nmany, requests!", .rateLimit), ("rate-limit", .rateLimit),
            ("toomany requests", nil), ("many requests", nil), ("Forbidden", .permission), ("Not Found", .permanent),
            ("author not found", .permanent), ("authors, authority", nil), ("deadlock detected", .concurrency),
            ("503 service unavailable", .serverError), ("connection reset by peer", .transient),
            ("", nil), (" \n\t", nil), ("...", nil), ("\u{E9}401", nil), ("\u{E9} 401 \u{1F501}", .auth),
        ] as [(String, ErrorClass?)])
    func words(text: String, errorClass: ErrorClass?) {
        #expect(ErrorMessageTable.standard.errorClass(of: text) == errorClass)
    }

    @Test("let the first entry that matches decide")
    func order() {
        let table = ErrorMessageTable(["Quota exceeded": .rateLimit, "quota": .permanent, "exceeded": .auth])
        #expect(table.errorClass(of: "exceeded: quota") == .permanent)
        #expect(table.errorClass(of: "QUOTA exceeded") == .rateLimit)
        #expect(table.errorClass(of: "limit exceeded") == .auth)
        #expect(table.errorClass(of: "quotas") == nil)
        #expect(ErrorMessageTable.standard.errorClass(of: "429 forbidden") == .rateLimit)
        #expect(ErrorMessageTable.standard.errorClass(of: "gateway timeout") == .transient)
    }

    @Test("match anywhere if they are made so")
    func substrings() {
        let table = ErrorMessageTable.substrings(["Out Of": .permanent, "401": .auth])
        #expect(table.errorClass(of: "without of") == .permanent)
        #expect(table.errorClass(of: "4013ms") == .auth)
        #expect(table.errorClass(of: "out  of") == nil)
        #expect(table.errorClass(of: "") == nil)
    }

    @Test(
        "have a twin of nodus-retry's",
        arguments: [
            (nil, true), ("", true), ("connection timeout", true), ("unauthorized", false), ("invalid input", false),
            ("HTTP 401 unauthorized", false), ("resource not found 404", false), ("503 service unavailable", true),
            ("429 too many requests", true), ("Permission denied", false), ("FORBIDDEN", false), ("Not Found", false),
            ("Blocked By Policy", false), ("error 4040", false), ("order 14031 failed transiently", false),
            ("invalidated cache, retry", false), ("validation failed", true), ("bad request 400", true),
            ("timeout after 4013ms", false), ("authentication failed", true), ("access denied", true),
        ] as [(String?, Bool)])
    func nodus(text: String?, isRetryable: Bool) {
        #expect(ErrorMessageTable.nodus.isRetryable(text) == isRetryable)
    }

    @Test(
        "have a twin of nodus-retry's with a class for each text",
        arguments: [
            ("permission", .permission), ("unauthorized", .auth), ("forbidden", .permission),
            ("not found", .permanent), ("404", .permanent), ("401", .auth), ("403", .permission),
            ("invalid", .permanent), ("blocked by policy", .permission),
        ] as [(String, ErrorClass)])
    func nodusClasses(text: String, errorClass: ErrorClass) {
        #expect(ErrorMessageTable.nodus.errorClass(of: "x\(text.uppercased())x") == errorClass)
        #expect(ErrorMessageTable.nodus.errorClass(of: String(text.dropLast())) == nil)
    }

    @Test(
        "have a twin of the AWS utilities'",
        arguments: [
            ("HTTP 429", true), ("Rate limit exceeded", true), ("request throttled", true), ("throttling", true),
            ("order 14290 failed", true), ("rate-limited", false), ("Too Many Requests", false), ("42 9", false),
        ])
    func aws(text: String, isRateLimit: Bool) {
        #expect(ErrorMessageTable.awsRateLimit.errorClass(of: text) == (isRateLimit ? .rateLimit : nil))
        #expect(ErrorMessageTable.awsRateLimit.isRetryable(text))
    }

    @Test("say whether a retry makes sense: for every class that is retried by default")
    func retryable() {
        let table = ErrorMessageTable([
            "a": .transient, "b": .rateLimit, "c": .serverError, "d": .concurrency, "e": .permanent, "f": .auth,
            "g": .permission, "h": .unknown, "i": ErrorClass("warming_up"),
        ])
        let texts = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]
        #expect(texts.filter { !table.isRetryable($0) } == ["e", "f", "g"])
    }

    @Test("read 4,096 bytes, and no word that is cut there")
    func long() {
        func text(_ count: Int, _ end: String) -> String { String(repeating: " ", count: count) + end }
        let (words, anywhere) = (ErrorMessageTable.standard, ErrorMessageTable.nodus)
        #expect(words.errorClass(of: text(4_093, "401")) == .auth)
        #expect(words.errorClass(of: text(4_092, "401 and more")) == .auth)
        #expect(words.errorClass(of: text(4_094, "401")) == nil)
        #expect(words.errorClass(of: text(4_093, "4013ms")) == nil)
        #expect(words.errorClass(of: String(repeating: "4", count: 5_000)) == nil)
        #expect(anywhere.errorClass(of: text(4_093, "4013ms")) == .auth)
        #expect(anywhere.errorClass(of: text(4_094, "401")) == nil)
        #expect(words.errorClass(of: "401 " + String(repeating: "\u{1F501}", count: 2_000_000)) == .auth)
        #expect(words.errorClass(of: "401" + text(4_092, "\u{1F501}")) == .auth)
    }
}
