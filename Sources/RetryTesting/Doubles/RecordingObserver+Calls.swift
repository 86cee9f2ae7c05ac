public import RetryCore

/// A recorder of the events of coalescers.
public typealias RecordingCoalescerObserver = RecordingObserver<CoalescerEvent>
