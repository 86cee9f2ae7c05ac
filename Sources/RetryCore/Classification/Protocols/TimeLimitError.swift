/// An error by which a caller's own time limit ended an attempt.
protocol TimeLimitError: Error {
    /// The time that the attempt had.
    var limit: Duration { get }
}
