import PlainClient
import RetryAsync

func isolationRows() -> [Row] {
    [
        Row(
            "first try, in a client without upcoming features", bar: .ratio(2), mallocs: 0,
            loop: PlainClient.firstTryByHand, batch: PlainClient.firstTry),
        .actor("first try, in an actor", bar: .ratio(1.8), mallocs: 0, loop: loopByHandInActor) { _, upstream in
            try await retry { try await upstream.call() }
        },
        .mainActor(
            "first try, on the main actor", bar: .ratio(1.8), mallocs: 0, loop: loopByHandOnMainActor
        ) { upstream in
            try await retry { try await upstream.call() }
        },
    ]
}
