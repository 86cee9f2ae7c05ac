import FuzzSupport
import RetryCore

/// Makes a JSON value from bytes, and notes what about it is out of the ordinary.
struct ValueBuilder {
    /// A Boolean value that indicates whether an object has two members with names that are equal, or equal when
    /// composed.
    private(set) var repeatsName = false
    /// A Boolean value that indicates whether every JSON reader takes it: all numbers are finite and of ordinary size.
    private(set) var isPlain = true

    mutating func value(_ input: inout Input, depth: Int) -> CanonicalJSON {
        switch input.byte() % 8 {
        case 0: return .null
        case 1: return .bool(input.byte() & 1 == 1)
        case 2: return .integer(input.integer())
        case 3: return integer(input.string())
        case 4: return double(Double(bitPattern: UInt64(bitPattern: input.integer())))
        case 5: return .string(input.string())
        case 6 where depth < 24: return .array(count(&input).map { _ in value(&input, depth: depth + 1) })
        case 7 where depth < 24: return object(&input, depth)
        default: return .string("deep")
        }
    }

    private func count(_ input: inout Input) -> Range<Int> { 0..<Int(input.isEmpty ? 0 : input.byte() % 8) }

    /// A whole number of any size, if the text is one.
    private mutating func integer(_ text: String) -> CanonicalJSON {
        guard let number = CanonicalJSON.Integer(decimal: text) else { return .string(text) }
        if number.digits.utf8.count > 18 { isPlain = false }
        return .integer(number)
    }

    private mutating func double(_ number: Double) -> CanonicalJSON {
        if !number.isFinite { isPlain = false }
        return .double(number)
    }

    private mutating func object(_ input: inout Input, _ depth: Int) -> CanonicalJSON {
        var members: [CanonicalJSON.Member] = []
        var names: Set<String> = []
        for _ in count(&input) {
            let name = input.string()
            if !names.insert(name).inserted { repeatsName = true }
            members.append(CanonicalJSON.Member(name, value(&input, depth: depth + 1)))
        }
        return .object(members)
    }
}

extension CanonicalJSON {
    /// The same value with the members of every object in the opposite order.
    var reversed: CanonicalJSON {
        switch self {
        case .array(let elements): .array(elements.map(\.reversed))
        case .object(let members): .object(members.reversed().map { Member($0.name, $0.value.reversed) })
        case .null, .bool, .integer, .double, .string: self
        }
    }
}
