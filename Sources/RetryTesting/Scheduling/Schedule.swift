/// The choices that follow from a seed, and the count of the jobs that ran.
struct Schedule: Sendable {
    let seed: UInt64
    let jobLimit: Int
    private(set) var jobsRun = 0
    private var generator: SeededGenerator

    init(seed: UInt64, jobLimit: Int) {
        self.seed = seed
        self.jobLimit = jobLimit
        self.generator = SeededGenerator(seed: seed)
    }

    /// Picks one of `count` jobs.
    mutating func pick(from count: Int) -> Int {
        // Multiply and shift: the same on every platform, and as even as a count far below 2⁶⁴ needs it.
        Int(generator.next().multipliedFullWidth(by: UInt64(count)).high)
    }

    /// Counts a job that is about to run; false if that would be one too many.
    mutating func countJob() -> Bool {
        guard jobsRun < jobLimit else { return false }
        jobsRun += 1
        return true
    }
}
