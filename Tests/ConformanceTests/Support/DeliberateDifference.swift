/// A case in which this library does something else than the system that the case was recorded from, on purpose.
struct DeliberateDifference: Sendable {
    /// The key of the recorded behaviour.
    let vector: String
    /// The case under that key.
    let `case`: String
    /// The behaviour of this library, in the form of the recorded behaviour: it is compared as strictly.
    let weDo: JSON
    /// The reason for the difference.
    let why: String
    /// The paragraph that says so.
    let source: String

    init(_ vector: String, _ case: String, weDo: JSON, why: String, source: String) {
        self.vector = vector
        self.case = `case`
        self.weDo = weDo
        self.why = why
        self.source = source
    }
}
