import RetryCore
import Testing

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#elseif canImport(CRT)
import CRT
#else
#error("This file needs a C library.")
#endif

private struct Envelope: WrappingError {
    let wrappedError: (any Error)?
}

private struct ClientError: CancellationAwareError {
    let isCancellation: Bool
}

private struct ClientEnvelope: CancellationAwareError, WrappingError {
    let isCancellation: Bool
    let wrappedError: (any Error)?
}

private struct OwnWord: SelfClassifyingError, WrappingError {
    let classification: ErrorClassification
    let wrappedError: (any Error)?
}

private struct LargeClientError: CancellationAwareError {
    var reasons = ("a", "b")
    var isCancellation = true
}

private struct Plain: Error {}

private final class Knot: WrappingError {
    var wrappedError: (any Error)? { self }
}

@Suite("A cancellation", .timeLimit(.minutes(20)))
struct CancellationRecognitionTests {
    private func isRecognised(_ error: any Error) throws -> Bool {
        let context = try RetryContext(.api.sleeper(RetrySleeper { _, _ in }))
        try context.next()
        context.recordFailure(error)
        return context.stopReason == .cancelled
    }

    private func wrapped(_ error: any Error, times: Int) -> any Error {
        (0..<times).reduce(error) { inner, _ in Envelope(wrappedError: inner) }
    }

    @Test("is recognised bare, wrapped and by its own word")
    func recognised() throws {
        #expect(try isRecognised(CancellationError()))
        #expect(try isRecognised(ClientError(isCancellation: true)))
        #expect(try isRecognised(Envelope(wrappedError: CancellationError())))
        #expect(try isRecognised(Envelope(wrappedError: ClientError(isCancellation: true))))
        #expect(try isRecognised(Envelope(wrappedError: LargeClientError())))
        #expect(try isRecognised(ClientEnvelope(isCancellation: true, wrappedError: nil)))
        #expect(try isRecognised(ClientEnvelope(isCancellation: false, wrappedError: CancellationError())))
        #expect(try isRecognised(OwnWord(classification: .transient, wrappedError: CancellationError())))
    }

    @Test("is nothing else")
    func others() throws {
        #expect(try !isRecognised(Plain()))
        #expect(try !isRecognised(ClientError(isCancellation: false)))
        #expect(try !isRecognised(Envelope(wrappedError: nil)))
        #expect(try !isRecognised(Envelope(wrappedError: Plain())))
        #expect(try !isRecognised(ClientEnvelope(isCancellation: false, wrappedError: Plain())))
        #expect(try !isRecognised(TransientError("cancelled")))
        #expect(try !isRecognised(Knot()))
        #expect(try !isRecognised(Envelope(wrappedError: Knot())))
    }

    @Test("is seen through a hundred errors, as a class is")
    func depth() throws {
        for depth in 0...100 { #expect(try isRecognised(wrapped(CancellationError(), times: depth)), "\(depth)") }
        #expect(try isRecognised(wrapped(ClientError(isCancellation: true), times: 100)))
    }

    @Test("is an error number that says so")
    func errorNumber() throws {
        struct SystemError: POSIXErrnoError { let posixErrorNumber: Int32? }
        #expect(try isRecognised(SystemError(posixErrorNumber: ECANCELED)))
        #expect(try isRecognised(Envelope(wrappedError: SystemError(posixErrorNumber: ECANCELED))))
        #expect(try !isRecognised(SystemError(posixErrorNumber: ECONNRESET)))
    }

    @Test("is recognised after an error of the same type that was none")
    func sameType() throws {
        let context = try RetryContext(.api.sleeper(RetrySleeper { _, _ in }))
        try context.next()
        context.recordFailure(ClientError(isCancellation: false))
        #expect(context.stopReason == nil)
        try context.next()
        context.recordFailure(ClientError(isCancellation: true))
        #expect(context.stopReason == .cancelled)
    }
}
