import RetryCore

func blockingRows() -> [Row] {
    let bareCall: Row.BlockingOperation = { upstream in try upstream.callBlocking() }
    return [
        .blocking("blocking, first try", bar: .ratio(1.3), mallocs: 0, loop: loopByHandBlocking) { upstream in
            try retryBlocking { try upstream.callBlocking() }
        },
        .blocking(
            "blocking, first try, above the bare call", bar: .nanosecondsAboveLoop(100), mallocs: 0, loop: bareCall
        ) { upstream in
            try retryBlocking { try upstream.callBlocking() }
        },
    ]
}
