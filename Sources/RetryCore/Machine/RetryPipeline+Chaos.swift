extension RetryPipeline {
    /// The same pipeline with chaos: faults, latencies, outcomes and behaviors that are injected into its attempts on
    /// purpose.
    ///
    /// Chaos is innermost: within the attempt timeout, after all guards, around the operation. A policy that is off costs
    /// nothing. Copies of the pipeline share its counts and its decisions.
    ///
    /// A manual loop runs its operation itself: call it through ``ChaosInjector/callBlocking(_:sleeper:cancellation:_:)``.
    ///
    /// - Parameters:
    ///   - policy: The injections, their scope and their switch.
    ///   - observer: Receives an event for each injection.
    /// - Returns: The pipeline.
    public consuming func chaos(_ policy: ChaosPolicy, observer: ChaosObserver? = nil) -> RetryPipeline {
        chaos(ChaosInjector(policy, observer: observer))
    }

    /// The same pipeline with chaos whose decisions and counts are shared; without any if `nil`.
    public consuming func chaos(_ injector: ChaosInjector?) -> RetryPipeline {
        let injector = injector.flatMap { $0.policy.isNeverOn ? nil : $0 }
        if injector == nil, setup.chaos == nil { return self }
        let copy = CallSetup(copying: setup)
        copy.chaos = injector
        return guarded(by: injector.map { ChaosGuard($0) }, inPlaceOf: ChaosGuard.self).setup(copy)
    }
}
