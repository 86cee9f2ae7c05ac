import RetryCore
import RetryTesting
import Testing

@Suite("The conformance kit for effect stores", .timeLimit(.minutes(20)))
struct EffectStoreConformanceTests {
    private static func memory(
        _ settings: EffectStoreConformance.Settings, _ clock: RetryClock
    ) -> InMemoryEffectStore {
        InMemoryEffectStore(
            .init(
                capacity: settings.capacity ?? 100_000, tenantQuota: settings.tenantQuota,
                retention: settings.retention, maxResultBytes: settings.maxResultBytes ?? 65_536),
            clock: clock)
    }

    @Test("the store in memory keeps every rule")
    func memory() async throws {
        let report = await EffectStoreConformance { Self.memory($0, $1) }.run()
        #expect(report.violations.isEmpty, "\(report)")
        #expect(report.skipped.isEmpty)
        #expect(report.checked == EffectStoreConformance.ruleNames)
        try report.requireNoViolations()
    }

    @Test("a right store keeps the rules in any unit of time", arguments: [1, 1_000_000_000_000] as [Int64])
    func units(nanoseconds: Int64) async {
        let unit = Duration.nanoseconds(nanoseconds * 10)
        let report = await EffectStoreConformance(unit: unit) { Self.memory($0, $1) }.run()
        #expect(report.violations.isEmpty, "\(report)")
    }

    /// The rule that each fault breaks at least.
    static let faults: [(BrokenStore.Fault, String)] = [
        (.hidesRecords, "a free key is given to the caller that claims it"),
        (.ownsForAll, "a key that is being run is not given to another caller"),
        (.cutsResults, "a settled effect is replayed, byte for byte"),
        (.cutsMessages, "texts of failures come back as they were stored"),
        (.ignoresFingerprints, "a key with another fingerprint is refused in any state"),
        (.perKeyTokens, "tokens grow with every claim of any key"),
        (.readHalts, "looking at a record changes nothing"),
        (.recordsAgain, "the owner settles, once"),
        (.overwrites, "a settled record stays settled"),
        (.keepsReleased, "a key that is given back is free at once"),
        (.noFence, "a caller that is not the owner is fenced, and changes nothing"),
        (.alwaysTakesOver, "a run whose lease is over is halted"),
        (.refusesLateOwners, "a late owner settles if there was no takeover"),
        (.neverTakesOver, "a takeover fences the owner of before"),
        (.alwaysTakesOver, "an unknown outcome is halted, and can be taken over"),
        (.shortensLeases, "a renewal makes the lease longer, and never shorter"),
        (.refusesLongLeases, "leases and time of any size do no harm"),
        (.ignoresVerdicts, "a verdict on an unknown outcome settles it"),
        (.verdictOfAnyToken, "a verdict on a changed record is refused"),
        (.keepsFailures, "a verdict clears the record of a failure"),
        (.keepsUnkept, "a verdict adds the result that was not kept"),
        (.forgetsVerdicts, "a verdict counts from the time when it is recorded"),
        (.verdictOnAnything, "a verdict on an effect that is known to have happened is refused"),
        (.neverForgets, "a settled effect is forgotten when its time is over, and not before"),
        (.forgetsLive, "a record without an outcome is never evicted"),
        (.mergesTwins, "keys are bytes, and no two of them are one"),
        (.joinsTenant, "keys are bytes, and no two of them are one"),
        (.cutsLongResults, "a long result is kept as it is"),
        (.noLengthLimit, "a result that is too long is refused, and nothing is recorded"),
        (.noCapacity, "a full store refuses new keys, and evicts nothing"),
        (.neverMakesRoom, "a full store makes room when records' time is over"),
        (.noQuota, "a tenant fills its own quota, and no other's"),
        (.splitClaim, "of many callers that claim a key at once, one gets it"),
        (.splitTakeover, "of many callers that take a key over at once, one gets it"),
        (.splitSettlement, "of many settlements at once, one is recorded"),
        (.losesRace, "a settlement and a takeover at once do not both succeed"),
        (.perKeyTokens, "tokens of claims at once are all different"),
        (.splitCapacity, "a full store has no room for two at once"),
        (.neverTells, "a subscriber is notified once, when the outcome is recorded"),
        (.tellsTwice, "a subscriber is notified once, when the outcome is recorded"),
        (.tellsEarly, "a subscriber is notified once, when the outcome is recorded"),
        (.tellsCancelled, "a subscriber is notified once, when the outcome is recorded"),
    ]

    @Test("a broken store is found out", arguments: faults)
    func broken(_ fault: BrokenStore.Fault, _ rule: String) async throws {
        let report = await EffectStoreConformance { BrokenStore(fault, $0, $1) }.run()
        #expect(report.violations.contains { $0.rule == rule }, "\(report)")
        #expect(throws: EffectStoreConformance.Violation.self) { try report.requireNoViolations() }
    }

    @Test("every rule is broken by some store, and every broken store breaks one")
    func coverage() {
        #expect(Set(Self.faults.map(\.1)) == Set(EffectStoreConformance.ruleNames))
        #expect(Set(Self.faults.map(\.0)) == Set(BrokenStore.Fault.allCases))
        #expect(Set(EffectStoreConformance.ruleNames).count == EffectStoreConformance.ruleNames.count)
    }

    @Test("what cannot be checked is skipped, and said so")
    func skipped() async {
        let fixed = await EffectStoreConformance(time: .fixed) { settings, clock in
            settings.capacity == nil && settings.tenantQuota == nil ? Self.memory(settings, clock) : nil
        }.run()
        #expect(fixed.violations.isEmpty, "\(fixed)")
        #expect(fixed.skipped.contains("a full store refuses new keys, and evicts nothing: no such settings"))
        #expect(fixed.skipped.contains("a run whose lease is over is halted: time does not move"))
        #expect(fixed.checked.count + fixed.skipped.count == EffectStoreConformance.ruleNames.count)
        let clock = ManualClock()
        let external = EffectStoreConformance(time: .external { clock.advance(by: $0) }) { settings, _ in
            Self.memory(settings, RetryClock(clock))
        }
        let report = await external.run()
        #expect(report.violations.isEmpty && report.skipped.isEmpty, "\(report)")
    }

    @Test("a store that throws is reported, and does not stop the kit")
    func throwing() async {
        struct Down: Error {}
        let report = await EffectStoreConformance { _, _ in throw Down() }.run()
        #expect(report.violations.count == EffectStoreConformance.ruleNames.count)
        #expect("\(report)".contains("the store threw Down()"))
    }
}
