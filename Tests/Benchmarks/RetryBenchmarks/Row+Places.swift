import Benchmark

// Rows that say what one operation is and leave its repetition to a driver. A row's closures stand for functions of the
// user's: what the library inlines, it inlines into them. The driver calls them through a value, so that nothing can be
// moved out of the repetition.

extension Row {
    typealias Operation = @Sendable (Upstream) async throws -> Int
    typealias BlockingOperation = @Sendable (Upstream) throws -> Int
    typealias ActorOperation = @Sendable (isolated Worker, Upstream) async throws -> Int
    typealias MainActorOperation = @MainActor @Sendable (Upstream) async throws -> Int

    /// Declares a row measured in a nonisolated async function.
    ///
    /// The upstream fails `failures` times before each success.
    init(
        _ name: String,
        failures: Int = 0,
        bar: Bar,
        mallocs: MallocBar = .shown,
        loop: Operation? = nil,
        operation: @escaping Operation
    ) {
        func batch(_ operation: @escaping Operation) -> Batch {
            { try await drive($0, Upstream(failures: failures), operation) }
        }
        self.init(name, bar: bar, mallocs: mallocs, loop: loop.map(batch), batch: batch(operation))
    }

    /// Declares a row measured in a function without `async`.
    static func blocking(
        _ name: String,
        failures: Int = 0,
        bar: Bar,
        mallocs: MallocBar = .shown,
        loop: BlockingOperation? = nil,
        operation: @escaping BlockingOperation
    ) -> Row {
        func batch(_ operation: @escaping BlockingOperation) -> Batch {
            { try driveBlocking($0, Upstream(failures: failures), operation) }
        }
        return Row(name, bar: bar, mallocs: mallocs, loop: loop.map(batch), batch: batch(operation))
    }

    /// Declares a row measured in a method of an actor.
    static func actor(
        _ name: String,
        bar: Bar,
        mallocs: MallocBar = .shown,
        loop: @escaping ActorOperation,
        operation: @escaping ActorOperation
    ) -> Row {
        func batch(_ operation: @escaping ActorOperation) -> Batch {
            { try await Worker().drive($0, operation) }
        }
        return Row(name, bar: bar, mallocs: mallocs, loop: batch(loop), batch: batch(operation))
    }

    /// Declares a row measured in a function of the main actor.
    static func mainActor(
        _ name: String,
        bar: Bar,
        mallocs: MallocBar = .shown,
        loop: @escaping MainActorOperation,
        operation: @escaping MainActorOperation
    ) -> Row {
        func batch(_ operation: @escaping MainActorOperation) -> Batch {
            { try await driveOnMainActor($0, operation) }
        }
        return Row(name, bar: bar, mallocs: mallocs, loop: batch(loop), batch: batch(operation))
    }
}

actor Worker {
    @inline(never)
    func drive(_ count: Int, _ operation: Row.ActorOperation) async throws {
        let upstream = Upstream()
        var sum = 0
        for _ in 0..<count {
            sum &+= try await operation(self, upstream)
        }
        blackHole(sum)
    }
}

@inline(never)
private func drive(_ count: Int, _ upstream: Upstream, _ operation: Row.Operation) async throws {
    var sum = 0
    for _ in 0..<count {
        sum &+= try await operation(upstream)
    }
    blackHole(sum)
}

@inline(never)
private func driveBlocking(_ count: Int, _ upstream: Upstream, _ operation: Row.BlockingOperation) throws {
    var sum = 0
    for _ in 0..<count {
        sum &+= try operation(upstream)
    }
    blackHole(sum)
}

@MainActor
@inline(never)
private func driveOnMainActor(_ count: Int, _ operation: Row.MainActorOperation) async throws {
    let upstream = Upstream()
    var sum = 0
    for _ in 0..<count {
        sum &+= try await operation(upstream)
    }
    blackHole(sum)
}
