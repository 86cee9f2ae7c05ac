/// The driver of a call.
enum Driver: String, CaseIterable {
    /// `retry`, and what else has to be awaited.
    case asynchronous = "async"
    /// `retryBlocking`, and what else blocks its thread.
    case blocking
}

/// The results of the same call by each of the drivers.
struct ByDriver<Value> {
    private let asynchronous: Value
    private let blocking: Value

    private init(asynchronous: Value, blocking: Value) {
        self.asynchronous = asynchronous
        self.blocking = blocking
    }

    /// Does the same with each driver.
    init(_ body: (Driver) async throws -> Value) async rethrows {
        self.init(asynchronous: try await body(.asynchronous), blocking: try await body(.blocking))
    }

    subscript(driver: Driver) -> Value { driver == .asynchronous ? asynchronous : blocking }

    func map<Other>(_ transform: (Value) throws -> Other) rethrows -> ByDriver<Other> {
        ByDriver<Other>(asynchronous: try transform(asynchronous), blocking: try transform(blocking))
    }

    func zip<Second, Other>(
        _ second: ByDriver<Second>, _ transform: (Value, Second) throws -> Other
    ) rethrows -> ByDriver<Other> {
        ByDriver<Other>(
            asynchronous: try transform(asynchronous, second.asynchronous),
            blocking: try transform(blocking, second.blocking))
    }
}
