/// The callee of the rows' operations: state that the optimiser can't see through.
final class Upstream {
    private var calls = 0
    private let failures: Int

    /// Creates an upstream whose calls fail so often before each success.
    init(failures: Int = 0) {
        self.failures = failures
    }

    @inline(never)
    func call() async throws -> Int {
        try next()
    }

    @inline(never)
    func callBlocking() throws -> Int {
        try next()
    }

    @inline(__always)
    private func next() throws -> Int {
        calls &+= 1
        if failures != 0, calls % (failures + 1) != 0 { throw Unavailable() }
        return calls
    }
}

struct Unavailable: Error {}
