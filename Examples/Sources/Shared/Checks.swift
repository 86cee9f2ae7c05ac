/// The checks of an example's results, made while it runs.
package final class Checks {
    /// The subject of the next checks; failures begin with it.
    package var subject: String
    private var count = 0
    private var failures: [String] = []

    package init(_ subject: String = "") { self.subject = subject }

    /// Checks that a value is as expected, and prints a failure at once.
    package func expect<Value: Equatable>(_ name: String, _ value: Value, is expected: Value) {
        check(value == expected, "\(name): \(value), but should be \(expected)")
    }

    /// Checks that a duration lies within bounds, and prints a failure at once.
    package func expect(_ name: String, _ time: Duration, atLeast least: Duration = .zero, atMost most: Duration) {
        check(
            least <= time && time <= most,
            "\(name): \(time.short), but should be \(least.short) to \(most.short)")
    }

    /// Checks that a number is not too small, and prints a failure at once.
    package func expect(_ name: String, _ number: Double, atLeast least: Double) {
        check(number >= least, "\(name): \(number), but should be \(least) or more")
    }

    /// Checks that a number is not too large, and prints a failure at once.
    package func expect(_ name: String, _ number: Double, atMost most: Double) {
        check(number <= most, "\(name): \(number), but should be \(most) or less")
    }

    /// Prints the result of the checks.
    ///
    /// - Throws: ``ChecksFailed`` unless all of them passed.
    package func finish() throws(ChecksFailed) {
        guard failures.isEmpty else { throw ChecksFailed(count: count, failures: failures) }
        print("\nAll \(count) checks passed.")
    }

    private func check(_ isRight: Bool, _ failure: String) {
        count += 1
        if !isRight {
            failures.append("\(subject): \(failure)")
            print("    WRONG: \(failure)")
        }
    }
}

/// An error for failed checks of an example.
package struct ChecksFailed: Error, CustomStringConvertible {
    let count: Int
    let failures: [String]

    package var description: String {
        let list = failures.map { "\n  - \($0)" }.joined()
        return "\(failures.count) of \(count) checks failed:\(list)"
    }
}
