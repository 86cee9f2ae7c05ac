import RetryCore
import RetryTesting
import Testing

@Suite("Observers", .timeLimit(.minutes(20)))
struct RetryObserverTests {
    private static let secret = PermanentError("the password is swordfish")

    /// A call that fails at once with a secret in its error.
    private func fail(_ observer: RetryObserver) {
        _ = try? retryBlocking(.once.observer(observer)) { throw Self.secret }
    }

    @Test("in a list see every event, each in the order of the list")
    func list() throws {
        let log = Locked<[String]>([])
        func noting(_ name: String) -> RetryObserver {
            RetryObserver { event in log.withLock { $0.append("\(name)\(event.number)") } }
        }
        let script = FaultScript<Int>(.fail(TransientError()), .succeed(1))
        _ = try retryBlocking(.default.backoff(.none).observer([noting("a"), [noting("b"), noting("c")], []])) {
            try script.callBlocking()
        }
        #expect(log.withLock { $0 } == (1...4).flatMap { ["a\($0)", "b\($0)", "c\($0)"] })
    }

    @Test("print the kind of an event by its code")
    func kinds() {
        let kinds: [RetryEvent.Kind] = [.attempt, .retry, .guardWait, .stop(.succeeded)]
        #expect(kinds.map { "\($0)" } == ["attempt", "retry", "guard_wait", "success"])
    }

    @Test("may be none")
    func none() throws {
        #expect(try retryBlocking(RetryPipeline().observer([])) { 42 } == 42)
        #expect(try retryBlocking(RetryPipeline().observer(RetryObserver([]))) { 42 } == 42)
    }

    @Test("get texts of errors only if they request them, independent of others")
    func messages() {
        let texts = Locked<[String: String?]>([:])
        func noting(_ name: String, includesMessages: Bool) -> RetryObserver {
            RetryObserver(includesMessages: includesMessages) { event in
                texts.withLock { $0[name, default: nil] = event.message }
            }
        }
        let inner: RetryObserver = [
            noting("inner asks", includesMessages: true), noting("inner", includesMessages: false),
        ]
        fail([noting("first", includesMessages: false), noting("asks", includesMessages: true), inner])
        let secret = Self.secret.description
        #expect(texts.withLock { $0 } == ["first": nil, "asks": secret, "inner asks": secret, "inner": nil])
        fail(noting("alone", includesMessages: false))
        #expect(texts.withLock { $0["alone"] } == .some(.none))
    }

    @Test("that did not ask for texts still get all else")
    func allElse() {
        let recorder = RecordingRetryObserver()
        let blind = Locked<[RetryEvent]>([])
        fail([RetryObserver { event in blind.withLock { $0.append(event) } }, recorder.observer])
        for (event, full) in zip(blind.withLock { $0 }, recorder.events) {
            #expect(event.number == full.number && event.kind == full.kind && event.code == full.code)
            #expect(event.operation == full.operation && event.policy == full.policy)
            #expect(event.attempt == full.attempt && event.errorClass == full.errorClass)
            #expect(event.errorType == full.errorType && event.hint == full.hint)
            #expect(event.delay == full.delay && event.elapsed == full.elapsed)
        }
        #expect(blind.withLock(\.count) == 2)
    }

    @Test("are handed events by other observers too")
    func forwarded() {
        let recorder = RecordingRetryObserver()
        let forwarding = RetryObserver(includesMessages: true) { recorder.observer.observe($0) }
        fail(forwarding)
        #expect(recorder.codes == ["attempt", "permanent_fail"])
        #expect(recorder.events.last?.message == Self.secret.description)
    }
}
