// What somebody writes who has no library: three attempts, no wait, and cancellation looked at where the library does,
// after a failure. Once for each kind of function, and written out each time, because a function that takes the
// operation would be a small library.

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
