import Foundation
import RetryFoundation
import Testing

@Suite("Errors below errors, and unknown errors", .timeLimit(.minutes(20)))
struct NSErrorTests {
    @Test func anErrorOfAnotherDomainHasTheClassOfTheOneBelow() {
        let lost = NSError(domain: NSURLErrorDomain, code: -1_005)
        #expect(classOf(shopError(below: lost)) == .transient)
        #expect(classOf(shopError(below: shopError(below: POSIXError(.EACCES)))) == .permission)
        #expect(classOf(shopError(below: RateLimitError(retryAfter: .seconds(7)))) == .rateLimit)
        #expect(classOf(shopError(below: Nameless())) == .unknown)
        #expect(classOf(shopError(below: nil)) == .unknown)
    }

    @Test func aHintBelowIsKept() {
        let error = shopError(below: RateLimitError(retryAfter: .seconds(7)))
        #expect(ErrorClassifier.default.classification(of: error)?.hint == .after(.seconds(7)))
    }

    @Test func anErrorThatIsKnownHasItsOwnClass() {
        let error = NSError(
            domain: NSURLErrorDomain, code: -1_000, userInfo: [NSUnderlyingErrorKey: POSIXError(.ECONNRESET)])
        #expect(classOf(error) == .permanent)
    }

    @Test func aCodeThatIsNotKnownLetsTheErrorBelowDecide() {
        let below = [NSUnderlyingErrorKey: POSIXError(.ECONNRESET)]
        #expect(classOf(URLError(.unknown, userInfo: below)) == .transient)
        #expect(classOf(NSError(domain: NSCocoaErrorDomain, code: 256, userInfo: below)) == .transient)
        #expect(classOf(CocoaError(.fileReadUnknown, userInfo: below)) == .transient)
    }

    @Test func anErrorThatWrapsAnNSErrorHasItsClass() {
        #expect(classOf(Wrapper(wrappedError: NSError(domain: NSPOSIXErrorDomain, code: 2))) == .permanent)
    }

    @Test func chainsThatBiteTheirOwnTailEnd() throws {
        let cycle = Cycle()
        cycle.inner = shopError(below: cycle)
        #expect(classOf(cycle) == .unknown)
        #expect(classOf(shopError(below: cycle)) == .unknown)
        #expect(try runOnce { throw cycle }.stopReason == .classLimit(.unknown))
    }

    @Test func aDeepChainEnds() {
        let chain = (0..<1_000).reduce(shopError(below: nil)) { chain, _ in shopError(below: chain) }
        #expect(classOf(chain) == .unknown)
    }

    @Test func errorsThatAreNotFoundationsAreLeftAlone() {
        #expect(ErrorClassifier.default.classification(of: Nameless()) == nil)
        #expect(!(Nameless() as Any is any SelfClassifyingError))
        #expect(classOf(ReadTimeoutError()) == .transient)
    }

    @Test func oneTypeHasManyAnswers() {
        // The facts of a type are kept; the answer must not be.
        #expect(classOf(NSError(domain: NSPOSIXErrorDomain, code: 2)) == .permanent)
        #expect(classOf(NSError(domain: NSPOSIXErrorDomain, code: 4)) == .transient)
        #expect(classOf(NSError(domain: NSPOSIXErrorDomain, code: 2)) == .permanent)
    }

    @Test func aSubclassIsAnNSError() {
        #expect(classOf(ShopNSError(domain: NSPOSIXErrorDomain, code: 13)) == .permission)
    }

    @Test func whatFoundationReallyThrowsIsKnown() {
        let missing = URL(fileURLWithPath: "/no/such/file")
        #expect(thrown { _ = try Data(contentsOf: missing) } == .permanent)
        #expect(thrown { _ = try FileHandle(forReadingFrom: missing) } == .permanent)
        #expect(thrown { _ = try FileManager.default.contentsOfDirectory(atPath: missing.path) } == .permanent)
        #expect(thrown { _ = try JSONSerialization.jsonObject(with: Data("{".utf8)) } == .permanent)
        #expect(thrown { _ = try JSONDecoder().decode(Int.self, from: Data("{".utf8)) } == .permanent)
    }

    private func thrown(_ body: () throws -> Void) -> ErrorClass? {
        do {
            try body()
            return nil
        } catch {
            return classOf(error)
        }
    }
}

func shopError(below: (any Error)?) -> NSError {
    NSError(domain: "com.example.shop", code: 7, userInfo: below.map { [NSUnderlyingErrorKey: $0] } ?? [:])
}

/// The outcome of a call that does not wait.
func runOnce(_ operation: () throws -> Void) throws -> RetryOutcome<Void> {
    try BlockingExecutor(.default.sleeper(RetrySleeper { _, _ in })).outcome(operation: operation)
}

struct Nameless: Error {}
struct ReadTimeoutError: Error {}
struct Wrapper: WrappingError { let wrappedError: (any Error)? }
final class ShopNSError: NSError, @unchecked Sendable {}

/// An error that, through another one, wraps itself.
final class Cycle: WrappingError, @unchecked Sendable {
    var inner: (any Error)?
    var wrappedError: (any Error)? { inner }
}
