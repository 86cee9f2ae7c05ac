import Testing

@testable import RetryCore

private struct Envelope: WrappingError {
    let wrappedError: (any Error)?
}

@Suite("Known clients", .timeLimit(.minutes(20)))
struct KnownClientTests {
    private let throttled = ShopErrorType("ThrottlingException", headers: [("Retry-After", "7")])

    @Test("every client has a place and a name of its own")
    func places() {
        let clients = ClientTable.all.map(\.client)
        #expect(Set(clients.map(\.name)).count == clients.count)
        #expect(clients.reduce(into: KnownClients()) { $0.formUnion($1.set) }.rawValue.nonzeroBitCount == clients.count)
        #expect(Set(clients).count == clients.count && "\(KnownClient.nio)" == "SwiftNIO")
    }

    @Test("the default classifier reads their errors, at any depth")
    func reading() {
        let known = ErrorClassification(.rateLimit, hint: .after(.seconds(7)))
        #expect(ErrorClassifier.default.classification(of: throttled) == known)
        #expect(ErrorClassifier.default.classification(of: Envelope(wrappedError: throttled)) == known)
    }

    @Test("a client that is left out gives no evidence, neither a class nor a hint")
    func leftOut() {
        #expect(ErrorClassifier.default.without(.soto).classification(of: throttled) == nil)
        #expect(ErrorClassifier.default.without(.nio, .grpc).classification(of: throttled)?.errorClass == .rateLimit)
        #expect(ErrorClassifier.default.without(.soto).without(.nio).classification(of: throttled) == nil)
        #expect(ErrorEvidence(of: throttled, classifier: .default.without(.soto)).classification == .unknown)
    }

    @Test("a classifier of the caller's keeps the clients out that it was told to")
    func composed() {
        let shop = ErrorClassifier.errors(PermanentError.self) { _ in .auth }
        #expect(ErrorEvidence(of: throttled, classifier: shop).classification.errorClass == .rateLimit)
        #expect(ErrorEvidence(of: throttled, classifier: shop.without(.soto)).classification == .unknown)
        #expect(ErrorEvidence(of: throttled, classifier: shop.or(.default.without(.soto))).classification == .unknown)
        #expect(
            ErrorEvidence(of: throttled, classifier: .default.without(.soto).map { known, _ in known }).classification
                == .unknown)
    }

    @Test("a hint is kept where something finer decides the class")
    func hints() {
        let sorted = ErrorClassifier.errors(ShopErrorType.self) { _ in .permanent }
        #expect(ErrorEvidence(of: throttled, classifier: sorted).classification == .permanent.hint(.after(.seconds(7))))
        #expect(ErrorEvidence(of: throttled, classifier: sorted.without(.soto)).classification == .permanent)
    }

    @Test("an error inside a client's error is out of sight where the client is left out")
    func chain() {
        let error = ShopErrorType("odd", status: "odd")
        let names = { (left: KnownClients) in ErrorChain(error, leavingOut: left).map { $0.client == nil } }
        #expect(names([]) == [false])
        #expect(names(KnownClient.soto.set) == [true])
        #expect(names(KnownClient.grpc.set) == [false])
    }

    @Test("readers look at a bounded part of what a mirror shows")
    func bounds() {
        struct Endless: CustomReflectable {
            var customMirror: Mirror {
                Mirror(self, children: (0..<1_000_000).lazy.map { (label: "\($0)", value: $0) })
            }
        }
        #expect(Reflection.child("63", of: Endless()) as? Int == 63)
        #expect(Reflection.child("64", of: Endless()) == nil)
        #expect(Reflection.elements(of: Endless()).count == 256)
    }
}
