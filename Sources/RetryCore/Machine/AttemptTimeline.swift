/// The attempts of a call in order, bounded: of a long call the first 64 and the last 448 are kept.
package struct AttemptTimeline: Sendable {
    /// The number of attempts, also of those that were dropped.
    package private(set) var count = 0
    private var first: [AttemptRecord] = []
    /// The latest records, as a ring once it is full.
    private var last: [AttemptRecord] = []
    private var oldest = 0

    private static let firstLimit = 64
    private static let lastLimit = 448

    package init() {}

    mutating func append(_ record: AttemptRecord) {
        count += 1
        if first.count < Self.firstLimit {
            first.append(record)
        } else if last.count < Self.lastLimit {
            last.append(record)
        } else {
            last[oldest] = record
            oldest = oldest + 1 == Self.lastLimit ? 0 : oldest + 1
        }
    }

    /// The records that are kept, in order.
    package var records: [AttemptRecord] { first + last[oldest...] + last[..<oldest] }
}
