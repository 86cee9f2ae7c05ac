import RetryCore

extension Bulkhead.Answer {
    var isGranted: Bool { if case .granted = self { true } else { false } }
}
