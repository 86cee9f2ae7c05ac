import RetryCore
import RetryTesting
import Testing

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#elseif canImport(CRT)
import CRT
#else
#error("This file needs a C library.")
#endif

@Suite("Canonical JSON", .timeLimit(.minutes(20)))
struct CanonicalJSONTests {
    @Test(
        "floating-point numbers as Python writes them",
        arguments: [
            (1.0, "1.0"), (-0.0, "-0.0"), (0.0, "0.0"), (0.1, "0.1"), (-0.1, "-0.1"), (1e-4, "0.0001"),
            (0.00012345, "0.00012345"), (1e-5, "1e-05"), (1.5e-5, "1.5e-05"), (9.999e-5, "9.999e-05"),
            (1e15, "1000000000000000.0"), (1_234_567_890_123_456, "1234567890123456.0"),
            (9_999_999_999_999_998, "9999999999999998.0"), (1e16, "1e+16"),
            (12_345_678_901_234_568, "1.2345678901234568e+16"),
            (1e22, "1e+22"), (1e100, "1e+100"), (1e-100, "1e-100"), (.leastNonzeroMagnitude, "5e-324"),
            (1.7976931348623157e308, "1.7976931348623157e+308"), (123_456_789.125, "123456789.125"), (100, "100.0"),
            (.nan, "NaN"), (-.nan, "NaN"), (.infinity, "Infinity"), (-.infinity, "-Infinity"),
        ] as [(Double, String)])
    func floats(_ value: Double, _ text: String) {
        #expect(CanonicalJSON.double(value).text == text)
    }

    @Test("20,000 floating-point numbers of all sizes")
    func manyFloats() {
        var generator = RetryRandomSource.seeded(17)
        var hash = SHA256()
        for index in 0..<20_000 {
            let bits = generator.next()
            let moderate = Double(Int(bits % 2_000_001) - 1_000_000) / pow(10, Double(index % 12))
            let value = index % 2 == 0 ? Double(bitPattern: bits) : moderate * pow(10, Double(index % 23 - 3))
            hash.update((CanonicalJSON.double(value).text + "\n").utf8)
        }
        #expect(hash.finalize().hex == "d2d9bbed86048e96b87b98f2e8e06b7ba0c048b121ecea0ddaf9908395941803")
    }

    @Test("whole numbers of any size")
    func integers() {
        #expect(CanonicalJSON.integer(UInt64.max).text == "18446744073709551615")
        #expect(CanonicalJSON.integer(Int64.min).text == "-9223372036854775808")
        #expect(([1, -1, 0, true, nil] as CanonicalJSON).text == "[1,-1,0,true,null]")
        for (text, digits) in [
            ("18446744073709551616", "18446744073709551616"), ("-0012", "-12"), ("000", "0"), ("-0", "0"), ("7", "7"),
        ] {
            #expect(CanonicalJSON.Integer(decimal: text)?.digits == digits)
        }
        for text in ["", "-", "+5", " 5", "5 ", "1.0", "1e3", "0x1", "--1", "٥", "５"] {
            #expect(CanonicalJSON.Integer(decimal: text) == nil, "\(text)")
        }
    }

    @Test(
        "texts",
        arguments: [
            ("", #""""#), ("a/b", #""a/b""#), ("~\u{7f}", #""~\u007f""#),
            ("\u{0}\u{1f}\u{80}", #""\u0000\u001f\u0080""#),
            ("\"\\\u{8}\u{c}\n\r\t", #""\"\\\b\f\n\r\t""#), ("é", #""\u00e9""#), ("e\u{301}", #""e\u0301""#),
            ("\r\n", #""\r\n""#), ("🔁", #""\ud83d\udd01""#), ("<&>'\u{2028}", #""<&>'\u2028""#),
        ])
    func strings(_ text: String, _ written: String) {
        #expect(CanonicalJSON.string(text).text == written)
    }

    @Test("names stand in the order of their code points, at every level")
    func keyOrder() {
        let value: CanonicalJSON = [
            "\u{ffee}": 4, "🔁": 3, "é": 1, "z": 2, "Z": 5, "a": ["b": 1, "a": [["y": 1, "x": 2]]], "": 0,
        ]
        #expect(
            value.text
                == #"{"":0,"Z":5,"a":{"a":[{"x":2,"y":1}],"b":1},"z":2,"\u00e9":1,"\uffee":4,"\ud83d\udd01":3}"#)
    }

    @Test("names that look the same stay two, and the last of two equal ones counts")
    func sameNames() {
        let twins = CanonicalJSON.object([.init("é", 1), .init("e\u{301}", 2)])
        #expect(twins.text == #"{"e\u0301":2,"\u00e9":1}"#)
        let repeated = CanonicalJSON.object([.init("a", 1), .init("b", 2), .init("a", 3), .init("a", 4)])
        #expect(repeated.text == #"{"a":4,"b":2}"#)
    }

    @Test func equality() {
        let one: CanonicalJSON = ["a": 1, "b": 2]
        let other: CanonicalJSON = ["b": 2, "a": 1]
        #expect(one == other && one.hashValue == other.hashValue)
        #expect(CanonicalJSON.integer(1) != .double(1))
        #expect(CanonicalJSON.string("é") != .string("e\u{301}"))
        #expect(CanonicalJSON.object(["a": [nil], "b": false]).text == #"{"a":[null],"b":false}"#)
    }
}
