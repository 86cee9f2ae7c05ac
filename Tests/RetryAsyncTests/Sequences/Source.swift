import RetryAsync

/// A source that is written out step by step.
struct Source: AsyncSequence {
    enum Step {
        case element(Int)
        case failure(any Error)
    }

    typealias Element = Int
    typealias Failure = any Error

    let steps: [Step]
    var asked: @Sendable (isolated (any Actor)?) -> Void = { _ in }

    static func numbers(_ numbers: some Sequence<Int>, then failure: (any Error)? = nil) -> Source {
        Source(steps: numbers.map { .element($0) } + (failure.map { [.failure($0)] } ?? []))
    }

    struct Iterator: AsyncIteratorProtocol {
        var steps: ArraySlice<Step>
        let asked: @Sendable (isolated (any Actor)?) -> Void

        mutating func next(isolation actor: isolated (any Actor)?) async throws -> Int? {
            asked(actor)
            switch steps.popFirst() {
            case .element(let number): return number
            case .failure(let error):
                steps = []
                throw error
            case nil: return nil
            }
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(steps: steps[...], asked: asked) }
}

extension AsyncSequence {
    /// All elements up to the end, and the error that took its place.
    nonisolated(nonsending) func collected() async -> (elements: [Element], error: (any Error)?) {
        var elements: [Element] = []
        do {
            for try await element in self { elements.append(element) }
            return (elements, nil)
        } catch {
            return (elements, error)
        }
    }
}
