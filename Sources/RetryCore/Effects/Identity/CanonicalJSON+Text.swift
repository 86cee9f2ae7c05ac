extension CanonicalJSON {
    /// The value in its canonical form, in ASCII.
    public var bytes: [UInt8] {
        var writer = Writer()
        writer.write(self)
        return writer.bytes
    }

    /// The value in its canonical form.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// A writer that appends values one after another.
    struct Writer {
        private(set) var bytes: [UInt8] = []

        mutating func write(_ value: CanonicalJSON) {
            switch value {
            case .null: bytes += "null".utf8
            case .bool(let value): bytes += (value ? "true" : "false").utf8
            case .integer(let value): bytes += value.digits.utf8
            case .double(let value): bytes += PythonFloat.text(of: value).utf8
            case .string(let value): write(value)
            case .array(let elements): write(elements)
            case .object(let members): write(members)
            }
        }

        private mutating func write(_ elements: [CanonicalJSON]) {
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                write(element)
            }
            bytes.append(UInt8(ascii: "]"))
        }

        private mutating func write(_ members: [Member]) {
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in Self.sorted(members).enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                write(member.name)
                bytes.append(UInt8(ascii: ":"))
                write(member.value)
            }
            bytes.append(UInt8(ascii: "}"))
        }

        /// Returns the members in the order of the code points of their names, which is the order of their bytes in
        /// UTF-8.
        private static func sorted(_ members: [Member]) -> [Member] {
            let sorted = members.enumerated().sorted { one, other in
                if one.element.name.utf8.elementsEqual(other.element.name.utf8) { return one.offset < other.offset }
                return one.element.name.utf8.lexicographicallyPrecedes(other.element.name.utf8)
            }
            let last = sorted.indices.filter { index in
                index + 1 == sorted.count
                    || !sorted[index].element.name.utf8.elementsEqual(sorted[index + 1].element.name.utf8)
            }
            return last.map { sorted[$0].element }
        }

        private mutating func write(_ text: String) {
            bytes.append(UInt8(ascii: "\""))
            for unit in text.utf16 { write(unit) }
            bytes.append(UInt8(ascii: "\""))
        }

        private mutating func write(_ unit: UInt16) {
            switch unit {
            case 0x22: bytes += "\\\"".utf8
            case 0x5c: bytes += "\\\\".utf8
            case 0x08: bytes += "\\b".utf8
            case 0x0c: bytes += "\\f".utf8
            case 0x0a: bytes += "\\n".utf8
            case 0x0d: bytes += "\\r".utf8
            case 0x09: bytes += "\\t".utf8
            case 0x20...0x7e: bytes.append(UInt8(truncatingIfNeeded: unit))
            default:
                bytes += "\\u".utf8
                for shift in [12, 8, 4, 0] as [UInt16] {
                    bytes.append(hexDigit(UInt8(truncatingIfNeeded: unit >> shift & 15)))
                }
            }
        }
    }
}

/// Floating-point numbers in Python's notation.
enum PythonFloat {
    /// Returns the fewest digits that mean this number; with an exponent below 10⁻⁴ and from 10¹⁶ on.
    static func text(of value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        let sign = value.sign == .minus ? "-" : ""
        if value == 0 { return sign + "0.0" }
        let (digits, point) = shortest(value.magnitude)
        return sign + (point > -4 && point <= 16 ? plain(digits, point) : scientific(digits, point))
    }

    /// Returns the digits of a number without zeros at the ends, and their count before the decimal point.
    private static func shortest(_ value: Double) -> (digits: [UInt8], point: Int) {
        let parts = value.description.utf8.split(separator: UInt8(ascii: "e"))
        let exponent = parts.count > 1 ? Int(String(Substring(parts[1]))) ?? 0 : 0
        let mantissa = parts[0].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let written = mantissa.flatMap { Array($0) }
        let zeros = written.prefix { $0 == UInt8(ascii: "0") }.count
        var digits = Array(written.dropFirst(zeros))
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        return (digits, mantissa[0].count - zeros + exponent)
    }

    private static func plain(_ digits: [UInt8], _ point: Int) -> String {
        if point <= 0 { return "0." + zeros(-point) + text(digits) }
        if digits.count <= point { return text(digits) + zeros(point - digits.count) + ".0" }
        return text(digits[..<point]) + "." + text(digits[point...])
    }

    private static func scientific(_ digits: [UInt8], _ point: Int) -> String {
        let exponent = point - 1
        let fraction = digits.count > 1 ? "." + text(digits[1...]) : ""
        let padding = abs(exponent) < 10 ? "0" : ""
        return text(digits[..<1]) + fraction + (exponent < 0 ? "e-" : "e+") + padding + String(abs(exponent))
    }

    private static func zeros(_ count: Int) -> String { String(repeating: "0", count: count) }

    private static func text(_ digits: some Collection<UInt8>) -> String { String(decoding: digits, as: UTF8.self) }
}
