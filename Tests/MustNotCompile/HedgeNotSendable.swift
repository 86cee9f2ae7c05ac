// error: mutation of captured var 'count' in concurrently-executing code
// A hedged operation runs twice at once: it cannot change what its caller sees.
import RetryAsync

func hedged(_ hedger: Hedger) async throws -> Int {
    #if !TWIN
    var count = 0
    #endif
    return try await hedge(hedger) { attempt in
        #if TWIN
        return attempt.number
        #else
        count += 1
        return count
        #endif
    }
}
