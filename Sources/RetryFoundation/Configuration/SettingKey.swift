/// The place of an element in a list, as a step of a path.
struct SettingKey: CodingKey {
    let index: Int

    var intValue: Int? { index }
    var stringValue: String { "[\(index)]" }

    init(intValue: Int) { index = intValue }
    init?(stringValue: String) { nil }
}

extension [any CodingKey] {
    /// The path in the usual notation: `backoffs.rate_limit.delays[2]`.
    var setting: String {
        reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += (path.isEmpty ? "" : ".") + key.stringValue.shortened
            }
        }
    }
}
