import RetryCore
import Testing

@Suite("The machine against its model", .timeLimit(.minutes(20)))
struct MachineModelTests {
    @Test("agrees on every sequence of eight inputs where time plays no part", arguments: MachineRules.timeless)
    func timeless(_ rules: MachineRules) {
        var walk = MachineEnumeration()
        walk.walk(rules, length: 8)
        #expect(walk.differences.isEmpty)
        #expect(walk.sequences >= 18)
    }

    @Test("agrees on every sequence of six inputs under a deadline", arguments: MachineRules.timed)
    func timed(_ rules: MachineRules) {
        var walk = MachineEnumeration(attemptTimes: [0, 4], delays: [0, 3])
        walk.walk(rules, length: 6)
        #expect(walk.differences.isEmpty)
        #expect(walk.sequences > 200)
    }

    @Test("agrees on every sequence of five inputs where waits end too early", arguments: MachineRules.timed)
    func early(_ rules: MachineRules) {
        var walk = MachineEnumeration(attemptTimes: [0, 7], delays: [-1])
        walk.walk(rules, length: 5)
        #expect(walk.differences.isEmpty)
        #expect(walk.sequences > 50)
    }
}
