import SharedHTTP
import Synchronization

/// A fault of the upstream that is switched on and off while it serves.
final class UpstreamFault: Sendable {
    private let state = Atomic(false)

    var isOn: Bool {
        get { state.load(ordering: .relaxed) }
        set { state.store(newValue, ordering: .relaxed) }
    }

    /// Returns a success after some milliseconds, or a failure after a while; one request in fifty fails at any time.
    func answer() -> Upstream.Answer {
        if isOn { return .late(.milliseconds(200), .status(503)) }
        return .late(.milliseconds(.random(in: 5...20)), Int.random(in: 1...50) == 1 ? .status(503) : .json("3 orders"))
    }
}
