extension String {
    /// The beginning of the text on one line, 40 characters of it, with control characters made visible.
    ///
    /// Messages show texts from outside in this form.
    package var shortened: String {
        let beginning = unicodeScalars.prefix(40).reduce(into: "") { text, scalar in
            text += scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)
        }
        return unicodeScalars.count > 40 ? beginning + "…" : beginning
    }
}
