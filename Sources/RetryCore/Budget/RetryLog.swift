/// The times of the last retries, for a sliding window: at most so many in any window.
struct RetryLog: Sendable, Hashable {
    private let window: Int64
    /// A ring; the oldest is at `first`.
    private var times: [Int64]
    private var first = 0
    /// The number of retries in the window.
    private(set) var count = 0

    init(limit: Int, window: Int64) {
        self.window = window
        times = Array(repeating: 0, count: limit)
    }

    /// The number of further retries that the window takes.
    var left: Int { times.count - count }

    /// Drops the retries that have left the window at `time`, which never runs backwards.
    mutating func advance(to time: Int64) {
        while count > 0, time - times[first] >= window {
            first = place(1)
            count -= 1
        }
    }

    /// Records a retry, for which there must be room.
    mutating func add(_ time: Int64) {
        times[place(count)] = time
        count += 1
    }

    /// Removes a retry of that time that did not happen, if the window still holds one.
    mutating func remove(_ time: Int64) {
        guard let index = (0..<count).reversed().first(where: { times[place($0)] <= time }),
            times[place(index)] == time
        else { return }
        for later in index..<(count - 1) { times[place(later)] = times[place(later + 1)] }
        count -= 1
    }

    private func place(_ offset: Int) -> Int {
        let place = first + offset
        return place < times.count ? place : place - times.count
    }
}
