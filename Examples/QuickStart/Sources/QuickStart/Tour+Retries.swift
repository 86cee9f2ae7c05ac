import RetryAsync

extension Tour {
    /// Retries, and their bounds.
    func retries() async throws {
        try await succeedInTheEnd()
        await giveUpWhatIsPermanent()
        try await cutSlowAttemptsShort()
        await keepTheDeadline()
    }

    private func succeedInTheEnd() async throws {
        // code: menu
        let menu = try await api {
            try await shop.get("/menu")
        }
        // end
        page.part(
            "Failures of many kinds, then an answer",
            "Each has a class. The server asks for a pause of 1 s by Retry-After, and gets it.",
            code: Code.lines("menu"), events: timeline.take(result: "\"\(menu)\""))
        let times = server.requestTimes(of: "/menu")
        page.expect("answer", menu, is: "soup of the day")
        page.expect("requests", times.count, is: 4)
        page.expect("pause of the server's choice", zip(times, times.dropFirst()).contains { $1 - $0 >= .seconds(1) })
    }

    private func giveUpWhatIsPermanent() async {
        // code: missing
        let missing = await api.outcome {
            try await shop.get("/caviar")
        }
        // end
        page.part(
            "A failure that no retry mends",
            "The caller gets its own error, unchanged, after one attempt.",
            code: Code.lines("missing"), events: timeline.take(result: missing.error.map { "throws \($0)" }))
        page.expect("end of the call", missing.stopReason, is: .permanent)
        page.expect("error", (missing.error as? HTTPError)?.status, is: 404)
        page.expect("requests", server.requestTimes(of: "/caviar").count, is: 1)
    }

    private func cutSlowAttemptsShort() async throws {
        // code: slow
        let brisk = api.attemptTimeout(.seconds(0.25))
        let bread = try await brisk {
            try await shop.get("/bread")
        }
        // end
        page.part(
            "An answer that takes too long",
            "The attempt is cancelled at its timeout, and another one is made.",
            code: Code.lines("slow"), events: timeline.take(result: "\"\(bread)\""))
        page.expect("answer", bread, is: "rye")
        page.expect("requests", server.requestTimes(of: "/bread").count >= 2)
    }

    private func keepTheDeadline() async {
        // code: deadline
        let bounded = api.deadline(.seconds(10))
        let table = await bounded.outcome {
            try await shop.get("/table")
        }
        // end
        page.part(
            "A wait that does not fit before the deadline",
            "The server asks for 30 s. The call fails now, and not in 10 s.",
            code: Code.lines("deadline"), events: timeline.take())
        page.expect("end of the call", table.stopReason, is: .deadlineExceeded)
        page.expect("no wait", table.elapsed < .seconds(2))
        page.expect("requests", server.requestTimes(of: "/table").count, is: 1)
    }
}
