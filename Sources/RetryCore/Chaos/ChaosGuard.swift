/// The mark of a pipeline with chaos, among its guards: it admits every attempt.
///
/// A pipeline with a guard takes none of the plain paths. So a pipeline without chaos asks for none, and pays nothing.
package final class ChaosGuard: AttemptGuard {
    package let injector: ChaosInjector

    init(_ injector: ChaosInjector) {
        self.injector = injector
    }

    package var place: GuardPlace { .permit }

    package func admit(_ request: GuardRequest) -> GuardAnswer { .admitted() }

    package func finish(_ ticket: GuardTicket, _ result: AttemptResult) {}

    /// The error of a rejection, which never comes.
    package func rejection() -> any AttemptRejectedError { NeverRejectedError() }

    private struct NeverRejectedError: AttemptRejectedError {
        var retryAfter: Duration? { nil }
    }
}

extension ChaosGuard: CustomStringConvertible {
    /// The policy in words.
    package var description: String { injector.description }
}
