extension ChaosPolicy: Codable {
    /// Decodes a policy: its switch, its scope, its faults by class and its latencies.
    ///
    /// ```json
    /// {"enabled": true, "operations": ["users"], "seed": 7,
    ///  "faults": [{"rate": 0.05, "class": "server_error"}],
    ///  "latencies": [{"rate": 0.1, "delay": "2s"}, {"from": "100ms", "to": "1s"}]}
    /// ```
    ///
    /// It is off unless `enabled` is true. A rate is 0.001 unless given.
    ///
    /// - Throws: `DecodingError` with the path and the value of an invalid or unknown setting.
    public init(from decoder: any Decoder) throws {
        var reader = try SettingsReader(decoder)
        let isEnabled = try reader.value("enabled", as: Bool.self) ?? false
        let seed = try reader.value("seed", as: UInt64.self)
        let names = try reader.value("operations", as: [String].self)
        let faults = try reader.value("faults", as: [Fault].self) ?? []
        let latencies = try reader.value("latencies", as: [Latency].self) ?? []
        try reader.finish()
        self = try reader.checked { () throws(InvalidPolicyError) in
            var policy = ChaosPolicy(enabled: isEnabled, seed: seed)
            if let names { policy = try policy.operations(validating: names) }
            for one in latencies {
                policy = try policy.latency(validating: ChaosRate(one.rate), from: one.shortest, to: one.longest)
            }
            for one in faults { policy = try policy.fault(validating: ChaosRate(one.rate), one.errorClass) }
            return policy
        }
    }

    /// Encodes the switch, the scope, the faults by class and the latencies.
    ///
    /// - Throws: `EncodingError` if the policy has a closure, which no file can hold.
    public func encode(to encoder: any Encoder) throws {
        guard let isEnabled = fixedSwitch else { throw notEncodable("enabled", encoder) }
        var (faults, latencies): ([Fault], [Latency]) = ([], [])
        for one in injections {
            guard case .fixed(let rate) = one.rate.kind else { throw notEncodable("rate", encoder) }
            switch one.effect {
            case .fault(_, .some(let errorClass)): faults.append(Fault(rate: rate, errorClass: errorClass))
            case .latency(let range):
                latencies.append(
                    Latency(
                        rate: rate, shortest: .nanoseconds(range.lowerBound), longest: .nanoseconds(range.upperBound)))
            case .fault, .outcome, .behavior: throw notEncodable("\(one.effect.kind)", encoder)
            }
        }
        var writer = SettingsWriter(encoder)
        try writer.write("enabled", isEnabled)
        try writer.write("operations", operations?.sorted())
        try writer.write("seed", seed)
        if !faults.isEmpty { try writer.write("faults", faults) }
        if !latencies.isEmpty { try writer.write("latencies", latencies) }
    }

    private func notEncodable(_ setting: String, _ encoder: any Encoder) -> EncodingError {
        .invalidValue(
            self,
            EncodingError.Context(
                codingPath: encoder.codingPath,
                debugDescription: "\(setting) of the chaos policy is a closure, which cannot be encoded"))
    }

    private struct Fault: Codable {
        let rate: Double
        let errorClass: ErrorClass

        init(rate: Double, errorClass: ErrorClass) {
            (self.rate, self.errorClass) = (rate, errorClass)
        }

        init(from decoder: any Decoder) throws {
            var reader = try SettingsReader(decoder)
            let rate = try reader.value("rate", as: Double.self) ?? 0.001
            let errorClass = try reader.required("class", as: ErrorClass.self)
            try reader.finish()
            try reader.checked { () throws(InvalidPolicyError) in try ChaosRate(rate).validate("rate") }
            self.init(rate: rate, errorClass: errorClass)
        }

        func encode(to encoder: any Encoder) throws {
            var writer = SettingsWriter(encoder)
            try writer.write("rate", rate)
            try writer.write("class", errorClass)
        }
    }

    private struct Latency: Codable {
        let rate: Double
        let shortest: Duration
        let longest: Duration

        init(rate: Double, shortest: Duration, longest: Duration) {
            (self.rate, self.shortest, self.longest) = (rate, shortest, longest)
        }

        init(from decoder: any Decoder) throws {
            var reader = try SettingsReader(decoder)
            let rate = try reader.value("rate", as: Double.self) ?? 0.001
            let delay = try reader.duration("delay")
            let (from, to) = (try reader.duration("from"), try reader.duration("to"))
            try reader.finish()
            guard let shortest = delay ?? from, let longest = delay ?? to else { throw reader.missing("delay") }
            try reader.checked { () throws(InvalidPolicyError) in
                try check(
                    "delay", delay ?? .zero, delay == nil || from == nil && to == nil,
                    "must be left out beside from and to")
                _ = try ChaosPolicy().latency(validating: ChaosRate(rate), from: shortest, to: longest)
            }
            self.init(rate: rate, shortest: shortest, longest: longest)
        }

        func encode(to encoder: any Encoder) throws {
            var writer = SettingsWriter(encoder)
            try writer.write("rate", rate)
            if shortest == longest {
                try writer.write("delay", shortest.text)
            } else {
                try writer.write("from", shortest.text)
                try writer.write("to", longest.text)
            }
        }
    }
}
