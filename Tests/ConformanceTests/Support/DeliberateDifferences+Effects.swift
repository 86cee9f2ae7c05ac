extension DeliberateDifference {
    static let effects = [
        DeliberateDifference(
            "nodus_effect_store", "failed_then_pending_again",
            weDo: [nil, nil, [false, nil], nil, ["pending", "h2", nil, false], nil, [true, ["v": 2]]],
            why: "After a failure the key is free: who claims it next runs it, and is seen to.", source: "SEEDS §2.2"),
        DeliberateDifference(
            "nodus_effect_store", "non_dict_result_lost", weDo: [nil, nil, [true, "text"]],
            why: "A result is bytes: none is lost for its type.", source: "SEEDS §2.2"),
        DeliberateDifference(
            "nodus_effect_store", "success_downgraded_by_failed", weDo: [nil, nil, nil, [true, ["ok": 1]]],
            why: "What is settled stays so: a success never becomes a failure.", source: "SEEDS §2.2"),
        DeliberateDifference(
            "nodus_effect_store", "status_not_validated",
            weDo: [nil, "there is no such outcome", ["pending", "h", nil, false], [false, nil]],
            why: "Outcomes are the cases of a type, and there is none of any other name.", source: "SEEDS §2.2"),
    ]
}
