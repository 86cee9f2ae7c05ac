// The handwritten loop of a program without a library: three attempts, no wait, and cancellation checked where the
// library does, after a failure. Once for each kind of function, and written out each time, because a function that
// takes the operation would be a small library.

let loopByHand: Row.Operation = { upstream in
    for attempt in 1...3 {
        do {
            return try await upstream.call()
        } catch {
            if attempt == 3 || Task.isCancelled { throw error }
        }
    }
    throw CancellationError()
}

/// The same with its settings in a global, as a policy of one's own is.
///
/// The compiler removes the switches of executor from a function that does nothing but await, and reading a global is
/// something: compare like with like.
let loopByHandOfGlobal: Row.Operation = { upstream in
    for attempt in 1...maxAttempts {
        do {
            return try await upstream.call()
        } catch {
            if attempt == maxAttempts || Task.isCancelled { throw error }
        }
    }
    throw CancellationError()
}

private let maxAttempts = Int(CommandLine.argc) + 2

let loopByHandBlocking: Row.BlockingOperation = { upstream in
    for attempt in 1...3 {
        do {
            return try upstream.callBlocking()
        } catch {
            if attempt == 3 { throw error }
        }
    }
    throw CancellationError()
}

let loopByHandInActor: Row.ActorOperation = { _, upstream in
    for attempt in 1...3 {
        do {
            return try await upstream.call()
        } catch {
            if attempt == 3 || Task.isCancelled { throw error }
        }
    }
    throw CancellationError()
}

let loopByHandOnMainActor: Row.MainActorOperation = { upstream in
    for attempt in 1...3 {
        do {
            return try await upstream.call()
        } catch {
            if attempt == 3 || Task.isCancelled { throw error }
        }
    }
    throw CancellationError()
}
