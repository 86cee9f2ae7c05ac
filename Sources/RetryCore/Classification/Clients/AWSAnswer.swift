/// The part that Soto and the AWS SDK for Swift have in common: an answer of an AWS service.
struct AWSAnswer {
    /// The service's code, with or without its namespace.
    var code: String?
    /// The service's message, which names the reasons of a cancelled transaction.
    var message: String?
    var status: Int?
    /// The headers of the answer, with names in lower case.
    var headers: [String: String] = [:]

    /// The class by the code, else by the status; the hint by the headers.
    ///
    /// Both clients repeat requests by themselves, and the answer is the last one. So it never proves whether a request
    /// was executed.
    var evidence: ClientEvidence {
        let hint = RateLimitHeaders.hint(status: status) { headers[$0] }
        let reasons = message.map(AWSErrorTable.cancellationReasons(in:)) ?? []
        let errorClass = code.flatMap { AWSErrorTable.errorClass($0, reasons: reasons) }
        return ClientEvidence(
            errorClass ?? status.flatMap { HTTPStatusTable.classification($0, hint: hint)?.errorClass }, hint: hint)
    }

    /// Adds a header, of which the first value counts.
    mutating func add(_ name: Any?, _ value: Any?) {
        guard let name = name as? String, let value = value as? String else { return }
        let key = name.lowercased()
        if headers[key] == nil { headers[key] = value }
    }

    /// Returns the number in a text such as `503 Service Unavailable`, or `HTTP status code: 503`.
    static func status(in value: Any?) -> Int? {
        value.flatMap { "\($0)".split { !$0.isNumber }.first }.flatMap { Int($0) }
    }
}
