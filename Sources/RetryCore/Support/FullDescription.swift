/// Returns the type of a value and all its stored properties: the text of `debugPrint`.
package func fullDescription(of value: Any) -> String {
    let mirror = Mirror(reflecting: value)
    let properties = mirror.children.map { "\($0.label ?? "_"): \(String(reflecting: $0.value))" }
    return "\(mirror.subjectType)(\(properties.joined(separator: ", ")))"
}

extension Int {
    /// The number with the noun that it counts: `1 attempt`, `4 attempts`; with an `s` unless the plural is given.
    package func of(_ noun: String, _ plural: String? = nil) -> String {
        self == 1 ? "1 \(noun)" : "\(self) \(plural ?? "\(noun)s")"
    }
}

extension Double {
    /// The share as a percentage, without decimals that are zero: `50 %`, `0.5 %`.
    package var percent: String { "\((self * 100).text(decimals: 7)) %" }

    /// The number with some decimals at most, and without those that are zero; below 2⁵³ in its magnitude.
    package func text(decimals: Int) -> String {
        let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
        let rounded = (self * scale).rounded() / scale
        return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }
}
