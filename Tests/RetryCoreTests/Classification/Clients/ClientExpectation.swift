import Testing

@testable import RetryCore

/// The expected result of a reader: the class, the certainty, and whether it is a cancellation.
struct ClientExpectation: Equatable, CustomStringConvertible {
    var errorClass: ErrorClass?
    var execution: ExecutionCertainty?
    var isCancellation = false

    init(_ errorClass: ErrorClass?, _ execution: ExecutionCertainty? = .unknown) {
        self.errorClass = errorClass
        self.execution = execution
    }

    fileprivate init(_ evidence: ClientEvidence) {
        errorClass = evidence.errorClass
        execution = evidence.execution
        isCancellation = evidence.isCancellation
    }

    static func notSent(_ errorClass: ErrorClass) -> ClientExpectation {
        ClientExpectation(errorClass, .notExecutedUnlessRedirected)
    }

    static var cancellation: ClientExpectation {
        var expectation = ClientExpectation(nil)
        expectation.isCancellation = true
        return expectation
    }

    var description: String {
        isCancellation ? "cancellation" : "\(errorClass?.id ?? "no class"), \(execution.map { "\($0)" } ?? "-")"
    }
}

/// A value that only has a description, as the errors of some clients are read.
struct Described: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Reads a stand-in for an error as the table does that knows the name.
func evidence(_ error: any Error, as typeName: String) -> ClientEvidence? {
    ClientReader.of(typeName)?.read(error)
}

/// Reads a stand-in for an error, as ``evidence(_:as:)``; the class, the certainty and the cancellation.
func read(_ error: any Error, as typeName: String) -> ClientExpectation? {
    evidence(error, as: typeName).map { ClientExpectation($0) }
}
