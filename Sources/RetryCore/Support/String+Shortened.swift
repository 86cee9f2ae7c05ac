extension String {
    /// The beginning of the text on one line: 40 characters of it.
    ///
    /// Messages show untrusted texts in this form.
    package var shortened: String {
        let beginning = String(String.UnicodeScalarView(unicodeScalars.prefix(40))).onOneLine
        return unicodeScalars.count > 40 ? beginning + "…" : beginning
    }

    /// The text with control characters made visible.
    package var onOneLine: String {
        unicodeScalars.reduce(into: "") { text, scalar in
            text += scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)
        }
    }
}
