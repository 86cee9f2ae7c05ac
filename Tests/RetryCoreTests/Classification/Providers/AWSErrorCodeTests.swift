import RetryCore
import Testing

@Suite("The codes of Amazon's services", .timeLimit(.minutes(20)))
struct AWSErrorCodeTests {
    @Test(
        arguments: [
            ("Throttling", .rateLimit), ("ThrottlingException", .rateLimit), ("SlowDown", .rateLimit),
            ("ProvisionedThroughputExceededException", .rateLimit), ("RequestTimeout", .transient),
            ("InternalError", .transient), ("TransactionConflictException", .concurrency), ("ExpiredToken", .auth),
            ("AccessDeniedException", .permission), ("ValidationException", .permanent), ("NoSuchKey", nil), ("", nil),
            ("com.amazonaws.dynamodb.v20120810#ThrottlingException", .rateLimit),
            ("ThrottlingException:http://internal.amazon.com/coral/", .rateLimit),
            ("a#Throttling:b#c", .rateLimit), ("#", nil), (":", nil), ("throttling", nil),
        ] as [(String, ErrorClass?)])
    func table(code: String, errorClass: ErrorClass?) {
        #expect(AWSErrorTable.errorClass(code) == errorClass)
    }

    @Test func theShortTableIsInTheLongOne() {
        #expect(AWSErrorTable.throttling.isSubset(of: AWSErrorTable.sdkThrottling))
        #expect(AWSErrorTable.sdkThrottling.isDisjoint(with: AWSErrorTable.sdkTransient))
    }

    @Test func retriesCostWhatTheyCostTheSDKs() {
        #expect(AWSErrorTable.retryQuota == 500)
        #expect(AWSErrorTable.retryCost(after: .rateLimit) == 5)
        #expect(AWSErrorTable.retryCost(after: .transient) == 14)
        #expect(AWSErrorTable.retryCost(after: .serverError) == 14)
        #expect(AWSErrorTable.refundWithoutRetry == 1)
    }

    @Test func anUnknownCodeLeavesTheStatus() {
        let classifier = ErrorClassifier.awsErrorCodes
        #expect(classifier.classification(of: ServiceFault(serviceCode: "Odd", statusCode: 503)) == .serverError)
        #expect(classifier.classification(of: ServiceFault(serviceCode: "Odd", statusCode: 400)) == .permanent)
        #expect(classifier.classification(of: ServiceFault(serviceCode: "SlowDown", statusCode: 503)) == .rateLimit)
        #expect(classifier.classification(of: ServiceFault(serviceCode: "Odd", statusCode: nil)) == nil)
        #expect(classifier.classification(of: ServiceFault(serviceCode: nil, statusCode: 503)) == nil)
    }
}
