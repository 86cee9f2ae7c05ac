"""Documents to compare the schema of configurations with the decoder by: fixed ones, systematic ones, random ones."""

import json
import random

# Every kind of object of a configuration in each of its forms, with @ where settings stand.
PLACES = [
    "@",
    '"operations": {"api": {@}}',
    '"policies": {"x": {@}}',
    '"backoff": {@}',
    '"backoff": {"family": "constant"@}',
    '"backoff": {"family": "linear"@}',
    '"backoff": {"family": "fibonacci"@}',
    '"backoff": {"family": "list", "delays": [1]@}',
    '"backoffs": {"auth": {"family": "linear"@}}',
    '"backoff": {"jitter": {"kind": "full"@}}',
    '"backoff": {"jitter": {"kind": "proportional", "fraction": 1@}}',
    '"backoff": {"jitter": {"kind": "floor", "amount": 1@}}',
    '"backoff": {"jitter": {"kind": "additive"@}}',
    '"hints": {@}',
    '"hints": {"rule": "obey"@}',
    '"hints": {"rule": "exact"@}',
    '"hints": {"rule": "clamp"@}',
    '"hints": {"rule": "ignore"@}',
    '"circuit_breaker": {@}',
    '"circuit_breaker": {"consecutive_failures": "off"@}',
    '"circuit_breaker": {"break_duration": {@}}',
    '"circuit_breaker": {"break_duration": {"family": "list", "delays": [1]@}}',
    '"circuit_breaker": {"failure_ratio": {"ratio": 1, "calls": 1, "minimum_calls": 1@}}',
    '"circuit_breaker": {"failure_ratio_over_time": {"ratio": 1, "minimum_calls": 1@}}',
    '"circuit_breaker": {"slow_calls": {"ratio": 1, "slower_than": 1, "minimum_calls": 1@}}',
    '"circuit_breaker": {"slow_calls": {"window": 1@}}',
    '"circuit_breaker": {"failures": {@}}',
    '"budget": {@}',
    '"budget": {"law": "ratio"@}',
    '"budget": {"law": "throttle"@}',
    '"budget": {"law": "quota"@}',
    '"budget": {"law": "limit", "retries": 1@}',
    '"budget": {"law": "limit", "per": 1@}',
    '"budget": {"law": "unlimited"@}',
    '"rate_limiters": {"x": {"limit": 100, "per": 60@}}',
    '"rate_limiters": {"x": {"law": "sliding_log", "limit": 100, "per": 60@}}',
    '"rate_limiters": {"x": {"limit": 100@}}',
    '"rate_limiters": {"x": {"per": 60@}}',
    '"cool_downs": {"x": {@}}',
    '"cool_downs": {"x": {"calls": 5@}}',
    '"cool_downs": {"x": {"per": 5@}}',
    '"bulkheads": {"x": {@}}',
    '"bulkheads": {"x": {"permits": 5@}}',
    '"bulkheads": {"x": {"adaptive": {@}}}',
    '"bulkheads": {"x": {"adaptive": {"law": "aimd"@}}}',
    '"throttles": {"x": {@}}',
    '"hedgers": {"x": {@}}',
    '"hedgers": {"x": {"delay": {"law": "fixed"@}}}',
    '"hedgers": {"x": {"delay": {"law": "fixed", "delay": 1@}}}',
    '"hedgers": {"x": {"delay": {"law": "quantile"@}}}',
    '"hedgers": {"x": {"delay": {"law": "zero"@}}}',
]

NUMBERS = """
    0 1 -1 0.5 1.5 2.5 3.0 1e3 -0.0 1e-12 -1e-12 5e-10 4e-10 0.001 0.01 0.0009 0.009 1001 100001 1e10 1e13 31536000
    31536001 9223372036 9223372037 9223372036854775807 9223372036854775808 -9223372036854775808 1e19 1e308 1e400
    1e-400
""".split()

TEXTS = [
    "", "10s", "1m30s", "1h30m", "1.5s", "200ms", "30m1h", "1s1.5ms", "1.5s1ms", "1h1m1s1ms1us1ns", "1.5h",
    "1h1.25m", "1ms2s", "1s1s", "s", "ms", "-1s", "+1s", "0s", "0.000s", "0", "0.5ns", "1.5ns", "1.0ns",
    "0.0000000001s", "1\u00b5s", "1\u03bcs", "10", "0.25", "1.", ".5", "1.s", "1s ", " 1s", "1s\n", "1 s", "1d",
    "1H", "1e3s", "300y", "9999999999h", "292y", "\u0661s", "1s\u0000", "9", "1ms", "5ms", "1us",
]

WORDS = [
    "api", "default", "stop", "truncate", "interrupt", "wait", "exactly_once", "obey", "exact", "clamp", "cut",
    "never", "unlimited", "off", "full", "equal", "decorrelated", "proportional", "floor", "list", "exponential",
    "linear", "ratio", "limit", "token_bucket", "sliding_log", "quota", "stable", "success", "neutral", "auth", "odd",
    "zero", "fixed", "quantile", "gradient", "aimd",
]

OTHERS = """
    null; true; false; []; ["x"]; [1]; ["auth"]; ["auth", "transient"]; ["ratelimit"]; [""]; [null]; [1, "2s"]; [0]
    [-1]; ["0s"]; [[]]; {}; {"x": 1}; {"auth": 1}; {"auth": 0}; {"auth": -1}; {"auth": 1.5}; {"auth": null}
    {"auth": "never"}; {"auth": "often"}; {"auth": {}}; {"auth": "api"}; {"auth": 9223372036854775808}; {"": 1}
    {"ratelimit": 1}; {"unknown": "unlimited", "rate_limit": 2}; {"auth": {"initial": "1s"}}
    {"auth": {"factor": 0}}; {"x": {}}; {"x": "api"}; {"": "api"}; {"x": {"max_attempts": 2}}
    {"x": {"max_attempts": 0}}; {"x": {"enabled": false}}; {"x": {"policy": "api"}}; {"factor": 0.5}; {"factor": 3}
    {"initial": "1s"}; {"initial": 0}; {"initial": "0s"}; {"initial": null}; {"cap": 0}
    {"initial": "1m", "cap": "1h"}; {"initial": 1, "initial_ms": 5}; {"initial": null, "initial_ms": 5}
    {"family": "list"}; {"family": "list", "delays": []}; {"family": "list", "delays": null}
    {"family": "list", "delays": [1, "2s"]}; {"family": "list", "delays": [0, 1]}
    {"family": "list", "delays": [null]}; {"family": "list", "delays": [1], "initial": 1}
    {"family": "list", "delays": [1], "jitter": "decorrelated"}; {"family": "constant", "factor": 2}
    {"family": "linear", "increment": 1}; {"family": "fibonacci", "delays": [1]}; {"family": null, "factor": 2}
    {"family": "custom"}; {"jitter": "full"}; {"jitter": "odd"}; {"jitter": "floor"}; {"kind": "full"}
    {"kind": "full", "fraction": 1}; {"kind": "proportional"}; {"kind": "proportional", "fraction": 0.5}
    {"kind": "floor", "amount_ms": 5}; {"kind": "additive"}; {"kind": null}; {"kind": "floor", "amount": null}
    {"rule": "clamp", "within": "2s"}; {"rule": "obey", "within": "2s"}; {"rule": "clamp", "at_most": 1}
    {"at_most": 1}; {"rule": "ignore", "at_most": 1}; {"rule": "exact", "beyond": "cut"}
    {"rule": "clamp", "beyond": "cut"}; {"rule": null}; {"only": ["transient"]}; {"only": []}; {"except": []}
    {"only": ["auth"], "except": null}; {"only": ["auth"], "except": ["auth"]}; {"only": null}; {"except": [""]}
    {"ratio": 0.5, "calls": 100, "minimum_calls": 20}; {"ratio": 0, "calls": 1, "minimum_calls": 1}
    {"ratio": 1, "calls": 1, "minimum_calls": 2}; {"ratio": 0.5, "window": "30s", "minimum_calls": 20}
    {"ratio": 0.5, "window_ms": 9, "minimum_calls": 20}; {"ratio": 0.5, "window": "1ms", "minimum_calls": 20}
    {"ratio": 1, "slower_than": "2s", "window": "1m", "minimum_calls": 1}
    {"ratio": 1, "window": 1, "minimum_calls": 1}; {"preset": "stable", "probes": 3}
    {"consecutive_failures": "off"}; {"consecutive_failures": "off", "hint_opens": 5}
    {"consecutive_failures": "off", "hint_opens": null}; {"law": "limit", "retries": 1, "per": "1m"}
    {"law": "limit"}; {"law": "ratio", "ratio": 0}; {"law": "quota", "cost": 600}
    {"law": "quota", "capacity": 1000, "cost": 600}; {"law": "ratio", "ttl": "1ms"}; {"law": "ratio", "ttl": "1us"}
    {"law": "ratio", "floor": 1e9}; {"law": null}
"""

# Whole members retry_policy, and whole files.
MEMBERS = [
    '3', '[]', '"api"', 'null', '{}', 'true', '{"deadline": ""}', '{"deadline": "30m1h"}',
    '{"deadline": "1s1.5ms"}', '{"max_attempts": 9223372036854775808}', '{"backoff": {"family": "list"}}',
    '{"backoff": {"family": "constant", "factor": 2}}', '{"backoffs": {"auth": null}}',
    '{"hints": {"rule": "obey", "within": 1}}', '{"hints": {"within": 1}}', '{"deadline": 1, "deadline_s": 1}',
    '{"deadline": null, "deadline_s": 1}', '{"min_wait": 2, "max_wait": 1}', '{"min_wait": 1, "backoff": {}}',
    '{"min_wait": null, "backoff": {}}', '{"backoff": {"jitter": {"kind": "floor", "amount": "1m"}}}',
    '{"backoff": {"initial": 30}}', '{"circuit_breaker": {"failures": {"only": []}}}',
    '{"retry_limits": {"ratelimit": 1}}',
    '{"circuit_breaker": {"consecutive_failures": "off", "failure_ratio": null}}',
    '{"circuit_breaker": {"failure_ratio": {"ratio": 1, "calls": 1, "minimum_calls": 2}}}',
    '{"circuit_breaker": {"failure_ratio_over_time": {"ratio": 1, "window": "9ms", "minimum_calls": 2}}}',
    '{"budget": {"law": "limit", "retries": 1, "per": "2y"}}',
    '{"budget": {"law": "limit", "retries": 1, "per": "1us"}}', '{"budget": {"law": "ratio", "floor": 1e12}}',
    '{"budget": {"law": "quota", "deposit": 501}}',
    '{"rate_limiters": {"": {"limit": 1, "per": 1}}}', '{"rate_limiters": {"x": null}}',
    '{"rate_limiters": {"x": {"limit": 1, "per": "1d"}}}', '{"rate_limiters": {"x": {"limit": 1, "per": "2y"}}}',
    '{"rate_limiters": {"x": {"limit": 1, "per": "8760h", "burst": 2}}}',
    '{"rate_limiters": {"x": {"limit": 9, "per": 1, "learns_up_to": 8}}}',
    '{"rate_limiters": {"x": {"limit": 9, "per": 1, "max_wait": "9999h"}}}',
    '{"rate_limiters": {"x": {"law": "sliding_log", "limit": 1000001, "per": 1}}}',
    '{"cool_downs": {"": {}}}', '{"cool_downs": {"x": null}}', '{"cool_downs": {"x": {"first": 9, "longest": 5}}}',
    '{"cool_downs": {"x": {"longest_hint": "25h"}}}', '{"cool_downs": {"x": {"calls": 1, "per": "25h"}}}',
    '{"bulkheads": {"": {"permits": 1}}}', '{"bulkheads": {"x": null}}', '{"bulkheads": {"x": {"permits": null}}}',
    '{"bulkheads": {"x": {"adaptive": {"min": 5, "max": 4}}}}', '{"bulkheads": {"x": {"adaptive": {"start": 999}}}}',
    '{"bulkheads": {"x": {"permits": 1, "adaptive": {}}}}', '{"throttles": {"": {}}}', '{"throttles": {"x": null}}',
    '{"throttles": {"x": {"window": "2h"}}}', '{"throttles": {"x": {"overload": ["ratelimit"]}}}',
    '{"hedgers": {"": {}}}', '{"hedgers": {"x": null}}', '{"hedgers": {"x": {"max_attempts": 6}}}',
    '{"hedgers": {"x": {"delay": "fixed"}}}', '{"hedgers": {"x": {"delay": {"law": "fixed", "delay_ms": null}}}}',
    '{"hedgers": {"x": {"delay": {"law": "quantile", "floor": 2, "ceiling": 1}}}}',
    '{"hedgers": {"x": {"fatal_classes": ["auth", "auth"]}}}', '{"hedgers": {"x": {"fatal_classes": ["ratelimit"]}}}',
]
FILES = [
    '{}', '[]', 'null', '3', '{"name": "x", "other": [1]}', '{"retry_polcy": {}}',
    '{"retryPolicy": {}, "retry_policy": {}}',
]

VALUES = (
    NUMBERS
    + [json.dumps(text) for text in TEXTS + WORDS]
    + [value.strip() for line in OTHERS.strip().splitlines() for value in line.split(";")]
)


def document(place, settings):
    """The file in which these settings, a list of pairs, stand at a place."""
    text = ", ".join('"%s": %s' % setting for setting in settings)
    front, back = place.split("@")
    separator = ", " if text and front.rstrip()[-1:] not in ("", "{") else ""
    return '{"retry_policy": {%s}}' % (front + separator + text + back)


def is_written(place, setting):
    """Whether a place has the setting already: a key that is given twice is no matter of a schema."""
    return '"%s":' % setting in place.rpartition("{")[2]


def probes():
    """For each place a document that the decoder refuses with the names of the settings that it knows there."""
    return [document(place, [("odd_setting", "1")]) for place in PLACES]


def documents(names_by_place, all_names, is_valid, seed, is_long):
    """All documents.

    `names_by_place` are the settings that the decoder knows at each place, `all_names` all names, and `is_valid` tells
    whether the schema accepts a document: random ones are made of settings which it accepts alone, for the most part.
    """
    generator = random.Random(seed)
    yield from FILES
    yield from ('{"retry_policy": %s}' % member for member in MEMBERS)
    accepted = []
    for place, names in zip(PLACES, names_by_place):
        yield document(place, [])
        for name in all_names:
            if not is_written(place, name):
                yield document(place, [(name, "null")])
        accepted.append({})
        for name in names:
            if not is_written(place, name):
                values = VALUES if is_long else generator.sample(VALUES, 20)
                yield from (document(place, [(name, value)]) for value in values)
                right = [value for value in values if is_valid(document(place, [(name, value)]))]
                accepted[-1][name] = right or values
    for _ in range(50000 if is_long else 4000):
        index = generator.randrange(len(PLACES))
        names = sorted(accepted[index])
        chosen = generator.sample(names, min(len(names), generator.randint(2, 5)))
        settings = [(name, generator.choice(accepted[index][name])) for name in chosen]
        if settings and generator.random() < 0.3:
            settings[0] = (settings[0][0], generator.choice(VALUES))
        yield document(PLACES[index], settings)
