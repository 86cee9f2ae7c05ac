import Foundation
import RetryFoundation
import Testing

@Suite("Errors that stand for a cancellation", .timeLimit(.minutes(20)))
struct CancellationTests {
    static let cancellations: [any Error] = [
        URLError(.cancelled),
        URLError(.userCancelledAuthentication),
        NSError(domain: NSURLErrorDomain, code: -999),
        NSError(domain: NSURLErrorDomain, code: -1_012),
        NSError(domain: "kCFErrorDomainCFNetwork", code: -999),
        POSIXError(.ECANCELED),
        NSError(domain: NSPOSIXErrorDomain, code: Int(POSIXErrorCode.ECANCELED.rawValue)),
        CocoaError(.userCancelled),
        NSError(domain: NSCocoaErrorDomain, code: 3_072),
        CancellationError() as NSError,
        shopError(below: URLError(.cancelled)),
        shopError(below: CancellationError()),
        URLError(.unknown, userInfo: [NSUnderlyingErrorKey: POSIXError(.ECANCELED)]),
        CocoaError(.fileReadUnknown, userInfo: [NSUnderlyingErrorKey: CancellationError()]),
        Wrapper(wrappedError: URLError(.cancelled)),
    ]

    @Test(arguments: cancellations.indices)
    func endsTheCallAsCancelled(index: Int) throws {
        let outcome = try runOnce { throw Self.cancellations[index] }
        #expect(outcome.stopReason == .cancelled)
        #expect(outcome.attempts == 1)
        #expect(outcome.error.map { type(of: $0) == type(of: Self.cancellations[index]) } == true)
    }

    @Test(arguments: cancellations.prefix(10).indices)
    func whoeverAsksTheClassifierAllTheSameIsNotToldToGoOn(index: Int) {
        #expect(classOf(Self.cancellations[index]) == .permanent)
    }

    @Test(
        arguments: [
            [URLError(.timedOut), URLError(.cancelled)],
            [NSError(domain: NSURLErrorDomain, code: -1_001), NSError(domain: NSURLErrorDomain, code: -999)],
            [shopError(below: POSIXError(.EINTR)), shopError(below: CancellationError())],
        ] as [[any Error]])
    func anErrorIsNotJudgedByTheOneBeforeIt(errors: [any Error]) throws {
        var attempt = 0
        let outcome = try runOnce {
            attempt += 1
            throw errors[attempt - 1]
        }
        #expect(outcome.stopReason == .cancelled)
        #expect(outcome.attempts == 2)
    }

    static let others: [any Error] = [
        URLError(.timedOut), POSIXError(.EINTR), CocoaError(.fileLocking), NSError(domain: "com.example", code: -999),
        NSError(domain: NSURLErrorDomain, code: 3_072), NSError(domain: NSCocoaErrorDomain, code: -999),
    ]

    @Test(arguments: others.indices)
    func isNoCancellation(index: Int) throws {
        #expect(try runOnce { throw Self.others[index] }.stopReason != .cancelled)
    }
}
