import RetryTesting
import Testing

@Suite("Generators", .timeLimit(.minutes(20)))
struct GeneratorTests {
    private func take(_ count: Int, _ generator: some RandomNumberGenerator) -> [UInt64] {
        var generator = generator
        return (0..<count).map { _ in generator.next() }
    }

    /// The numbers that other implementations of SplitMix64 give.
    @Test(arguments: [
        0: [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F],
        1_234_567: [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423],
    ])
    func seededGivesTheNumbersOfSplitMix64(seed: UInt64, expected: [UInt64]) {
        #expect(take(3, SeededGenerator(seed: seed)) == expected)
    }

    @Test func seededRepeatsForTheSeedAlone() {
        #expect(take(100, SeededGenerator(seed: 7)) == take(100, SeededGenerator(seed: 7)))
        #expect(take(100, SeededGenerator(seed: 7)) != take(100, SeededGenerator(seed: 8)))
        #expect(take(2, SeededGenerator(seed: .max)).count == 2)
    }

    @Test func scriptedGivesItsNumbersAndRepeatsTheLast() {
        #expect(take(5, ScriptedGenerator(values: [3, 1, 2])) == [3, 1, 2, 2, 2])
        #expect(take(2, ScriptedGenerator(values: [9])) == [9, 9])
    }

    @Test func scriptedFractionsSpanTheWholeRange() {
        let generator = ScriptedGenerator(fractions: [0, 0.25, 0.5, 1.0.nextDown, 1, 0x1p-64, -0.0])
        #expect(take(8, generator) == [0, 1 << 62, 1 << 63, .max << 11, .max, 1, 0, 0])
    }

    @Test func scriptedFractionsComeBackExactly() {
        var source = SeededGenerator(seed: 1)
        let fractions = (0..<1000).map { _ in Double(source.next() >> 11) * 0x1p-53 }
        #expect(take(1000, ScriptedGenerator(fractions: fractions)).map { Double($0 >> 11) * 0x1p-53 } == fractions)
    }

    @Test func scriptedRefusesNonsense() async {
        await #expect(processExitsWith: .failure) { _ = ScriptedGenerator(fractions: []) }
        await #expect(processExitsWith: .failure) { _ = ScriptedGenerator(values: []) }
        await #expect(processExitsWith: .failure) { _ = ScriptedGenerator(fractions: [0.5, 1.0.nextUp]) }
        await #expect(processExitsWith: .failure) { _ = ScriptedGenerator(fractions: [-0.1]) }
        await #expect(processExitsWith: .failure) { _ = ScriptedGenerator(fractions: [.nan]) }
    }
}
