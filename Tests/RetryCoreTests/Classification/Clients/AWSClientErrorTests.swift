import Testing

@testable import RetryCore

/// An error as Soto declares one for each service.
///
/// The name of the type ends as all of them do, so that the default classifier takes it for one of them.
struct ShopErrorType: Error, CustomStringConvertible {
    enum Code: String { case throttlingException = "ThrottlingException" }
    struct Headers { let headers: [(String, String)] }
    struct Status: CustomStringConvertible { let description: String }
    struct Context {
        let message: String
        let responseCode: Status
        let headers: Headers
    }

    private let error = Code.throttlingException
    let context: Context?
    let description: String

    init(_ code: String, _ message: String = "", status: String = "400 Bad Request", headers: [(String, String)] = []) {
        context = Context(
            message: message, responseCode: Status(description: status), headers: Headers(headers: headers))
        description = "\(code): \(message)"
    }
}

/// As `HTTPResponse` and a modelled error of the SDK are declared.
private struct TransactionCanceledException: Error {
    struct Properties { let message: String? }
    struct Status: CustomStringConvertible { let description: String }
    struct Header {
        let name: String
        let value: [String]
    }
    struct Headers { let _headers: [Header] }
    final class Response: Sendable {
        let _headers: Headers
        let _statusCode: Status

        init(_ status: Int, _ headers: [Header]) {
            _headers = Headers(_headers: headers)
            _statusCode = Status(description: "HTTP status code: \(status)")
        }
    }

    let properties: Properties
    let httpResponse: Response
    let message: String?
    let typeName: String?

    init(_ status: Int, typeName: String? = nil, message: String? = nil, headers: [Header] = []) {
        properties = Properties(message: message)
        httpResponse = Response(status, headers)
        self.message = nil
        self.typeName = typeName
    }
}

@Suite("The errors of Soto and of the AWS SDK", .timeLimit(.minutes(20)))
struct AWSClientErrorTests {
    @Test("Soto's errors are read by their code, then by their status")
    func soto() {
        func read(_ error: ShopErrorType) -> ClientExpectation? {
            RetryCoreTests.read(error, as: "SotoShop.ShopErrorType")
        }
        #expect(read(ShopErrorType("ThrottlingException", "Rate exceeded")) == ClientExpectation(.rateLimit))
        #expect(read(ShopErrorType("odd", status: "503 Service Unavailable")) == ClientExpectation(.serverError))
        #expect(read(ShopErrorType("odd", status: "odd")) == ClientExpectation(nil))
        #expect(RetryCoreTests.read(Described("ThrottlingException: odd"), as: "SotoShop.ShopErrorType") == nil)
    }

    @Test("the reasons of a cancelled transaction are in its message")
    func reasons() {
        let message =
            "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]"
        #expect(AWSErrorTable.cancellationReasons(in: message) == ["None", "ConditionalCheckFailed"])
        for text in ["", "[", "]", "][", "[]", "none"] { #expect(AWSErrorTable.cancellationReasons(in: text).isEmpty) }
        let soto = ShopErrorType("TransactionCanceledException", "reasons [TransactionConflict, None]")
        #expect(read(soto, as: "SotoDynamoDB.DynamoDBErrorType") == ClientExpectation(.concurrency))
        let sdk = TransactionCanceledException(400, message: "reasons [ThrottlingError]")
        #expect(read(sdk, as: "AWSDynamoDB.TransactionCanceledException") == ClientExpectation(.rateLimit))
    }

    @Test("the headers of the answer are the hint")
    func hints() {
        let soto = ShopErrorType(
            "SlowDown", status: "503 Slow Down", headers: [("Retry-After", "7"), ("retry-after", "9")])
        #expect(evidence(soto, as: "SotoS3.S3ErrorType")?.hint == .after(.seconds(7)))
        let sdk = TransactionCanceledException(429, headers: [.init(name: "Retry-After", value: ["7"])])
        #expect(evidence(sdk, as: "AWSS3.Odd")?.hint == .after(.seconds(7)))
        #expect(read(sdk, as: "AWSS3.Odd") == ClientExpectation(.rateLimit))
    }

    @Test("the SDK's errors are read by their type's name, then by their status")
    func sdk() {
        #expect(
            read(TransactionCanceledException(400), as: "AWSKMS.ThrottlingException") == ClientExpectation(.rateLimit))
        #expect(read(TransactionCanceledException(404), as: "AWSS3.NoSuchKey") == ClientExpectation(.permanent))
        #expect(read(Described(""), as: "AWSThing.ThrottlingException") == nil)
        #expect(ClientReader.of("Shop.ThrottlingException") == nil)
        let unknown = TransactionCanceledException(400, typeName: "RequestTimeout")
        #expect(read(unknown, as: "AWSClientRuntime.UnknownAWSHTTPServiceError") == ClientExpectation(.transient))
    }

    @Test("clients that send nothing, and runtimes that lose connections")
    func clients() {
        enum Failure { case alreadyShutdown, waiterTimeout, waiterFailed, odd }
        struct ClientError: Error { let error: Failure }
        let soto = "SotoCore.AWSClient.ClientError"
        #expect(read(ClientError(error: .alreadyShutdown), as: soto) == .notSent(.permanent))
        #expect(read(ClientError(error: .waiterTimeout), as: soto) == ClientExpectation(.transient))
        #expect(read(ClientError(error: .waiterFailed), as: soto) == ClientExpectation(.permanent))
        #expect(read(ClientError(error: .odd), as: soto) == nil)

        struct CRTError { let name: String }
        enum CommonRunTimeError: Error { case crtError(CRTError) }
        func runtime(_ name: String) -> ClientExpectation? {
            read(CommonRunTimeError.crtError(CRTError(name: name)), as: "AwsCommonRuntimeKit.CommonRunTimeError")
        }
        #expect(runtime("AWS_IO_SOCKET_CONNECTION_REFUSED") == .notSent(.transient))
        #expect(runtime("AWS_IO_SOCKET_CLOSED") == ClientExpectation(.transient))
        #expect(runtime("odd") == ClientExpectation(nil))

        enum Streaming: Error {
            case incompleteHTTPRequest
            case streamingError(any Error)
        }
        let streaming = "SmithySwiftNIO.SwiftNIOHTTPClientError"
        #expect(read(Streaming.incompleteHTTPRequest, as: streaming) == .notSent(.permanent))
        #expect(evidence(Streaming.streamingError(TransientError()), as: streaming)?.wrapped is TransientError)
        enum Smithy: Error {
            case authError(String)
            case invalidValue(String)
        }
        #expect(read(Smithy.authError(""), as: "Smithy.ClientError") == ClientExpectation(.auth))
        #expect(read(Smithy.invalidValue(""), as: "Smithy.ClientError") == ClientExpectation(.permanent))
    }
}
