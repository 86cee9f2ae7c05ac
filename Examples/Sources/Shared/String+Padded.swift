extension String {
    /// The text with spaces after it up to a width, or before it if the width is negative.
    package func padded(_ width: Int) -> String {
        let spaces = String(repeating: " ", count: Swift.max(0, abs(width) - count))
        return width < 0 ? spaces + self : self + spaces
    }
}
