import PostgresNIO
import RetryFoundation
import Testing
import Valkey

/// Errors of databases around those of SwiftNIO: proof only where a connection could not be made.
///
/// The databases' clients are stand-ins, the errors inside are real.
@Suite(.timeLimit(.minutes(20)))
struct ConnectionProofTests {
    private func certainty(_ error: any Error) -> ExecutionCertainty {
        ExecutionClassifier.default.certainty(of: error, .unknown, redirects: .notFollowed)
    }

    @Test(arguments: ["connection refused", "connection refused, by name", "connect timeout", "unverified certificate"])
    func aConnectionThatWasNotMadeIsProof(name: String) async throws {
        let inside = try await provoked("NIO", name)
        let expected: ErrorClass = name == "unverified certificate" ? .permanent : .transient
        for error in [PSQLError("connectionError", inside), ValkeyClientError(inside)] as [any Error] {
            #expect(certainty(error) == .notExecuted)
            #expect(ErrorClassifier.default.classification(of: error)?.errorClass == expected)
        }
    }

    @Test(arguments: ["reset while reading", "write on a closed channel"])
    func aConnectionThatBrokeIsNone(name: String) async throws {
        let inside = try await provoked("NIO", name)
        for error in [PSQLError("connectionError", inside), ValkeyClientError(inside)] as [any Error] {
            #expect(certainty(error) == .unknown)
            #expect(ErrorClassifier.default.classification(of: error)?.errorClass == .transient)
        }
        #expect(
            certainty(PSQLError("serverClosedConnection", try await provoked("NIO", "connection refused"))) == .unknown)
    }
}
