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
        #expect(AWSErrorCodes.errorClass(code) == errorClass)
    }

    @Test func theShortTableIsInTheLongOne() {
        #expect(AWSErrorCodes.throttling.isSubset(of: AWSErrorCodes.sdkThrottling))
        #expect(AWSErrorCodes.sdkThrottling.isDisjoint(with: AWSErrorCodes.sdkTransient))
    }

    @Test func retriesCostWhatTheyCostTheSDKs() {
        #expect(AWSErrorCodes.retryQuota == 500)
        #expect(AWSErrorCodes.retryCost(after: .rateLimit) == 5)
        #expect(AWSErrorCodes.retryCost(after: .transient) == 14)
        #expect(AWSErrorCodes.retryCost(after: .serverError) == 14)
        #expect(AWSErrorCodes.refundWithoutRetry == 1)
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
