/// What a caller hands over besides the policy and the operation.
///
/// A class, so that an executor passes it on with every call for the price of a pointer.
@usableFromInline
package final class Surroundings: Sendable {
    package let name: String?
    package let classifier: ErrorClassifier?
    package let condition: RetryCondition?
    @usableFromInline package let observer: RetryObserver?
    package let onRetry: (@Sendable (any Error, Int) -> Void)?
    @usableFromInline package let clock: RetryClock
    package let random: RandomSource?

    @usableFromInline
    package init(
        name: String?, classifier: ErrorClassifier?, condition: RetryCondition?, observer: RetryObserver?,
        onRetry: (@Sendable (any Error, Int) -> Void)?, clock: RetryClock?, random: RandomSource?
    ) {
        self.name = name
        self.classifier = classifier
        self.condition = condition
        self.observer = observer
        self.onRetry = onRetry
        self.clock = clock ?? .system
        self.random = random
    }
}
