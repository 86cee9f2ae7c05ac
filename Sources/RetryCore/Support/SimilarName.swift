/// Finds the known name that an unknown one most likely stands for.
package enum SimilarName {
    /// The maximum length of a name that is compared, in bytes: longer ones are no misspelt names.
    private static let longest = 64

    /// Returns the name among `names` that is most similar to `name`, or `nil` if none is.
    ///
    /// Names are similar if they differ in the case of letters and in characters that are neither letters nor digits,
    /// and besides in two bytes at most (in one, if the name has fewer than six; in none, if it has fewer than three):
    /// one too many, one missing, one other, or two that changed places.
    ///
    /// - Complexity: O(*n*) in the number of names, each of which takes a bounded time.
    package static func of(_ name: String, among names: some Sequence<String>) -> String? {
        guard name.utf8.count <= longest else { return nil }
        let word = folded(name)
        let edits = word.count < 3 ? 0 : word.count < 6 ? 1 : 2
        var best: (name: String, distance: Int)?
        for candidate in names where candidate.utf8.count <= longest {
            let other = folded(candidate)
            guard abs(word.count - other.count) <= 2 else { continue }
            let distance = distance(word, other)
            if distance <= edits, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// Returns whether two names differ only in the case of letters and in characters that are neither letters nor
    /// digits.
    package static func isSpelling(_ name: String, of other: String) -> Bool {
        name.utf8.count <= longest && folded(name) == folded(other)
    }

    /// The letters and digits of a name in lower case.
    private static func folded(_ name: String) -> [UInt8] {
        name.utf8.compactMap { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...: byte
            default: nil
            }
        }
    }

    /// The edit distance in which two neighbours that change places are one edit (optimal string alignment).
    private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...other.count)
        for (row, byte) in one.enumerated() {
            var next = [row + 1]
            for (column, otherByte) in other.enumerated() {
                var cost = min(last[column + 1] + 1, next[column] + 1, last[column] + (byte == otherByte ? 0 : 1))
                if row > 0, column > 0, byte == other[column - 1], one[row - 1] == otherByte {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                next.append(cost)
            }
            (beforeLast, last) = (last, next)
        }
        return last[other.count]
    }
}
