extension Dashboard {
    /// Reads the status four times a second, and draws the last half minute of it.
    static let script = #"""
            const element = (id) => document.getElementById(id);
            const show = (id, text) => { element(id).textContent = text };
            const span = 30, left = 64, bottom = 20;
            let history = [];

            // The rate of a count over the second before each point of the history; the first point has none.
            function rates(count) {
                return history.map((now, index) => {
                    const then = history[Math.max(0, index - 4)];
                    return now == then ? null : 1000 * (count(now) - count(then)) / (now.time - then.time);
                });
            }

            function svg(name, attributes, text = "") {
                const node = document.createElementNS("http://www.w3.org/2000/svg", name);
                for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
                node.textContent = text;
                return node;
            }

            // The position of a time: the right edge is now.
            function position(id) {
                const width = element(id).clientWidth, now = history.at(-1).time;
                return (time) => left + (width - left - 8) * (1 - (now - time) / 1000 / span);
            }

            // A round number of units for the distance of the marks of an axis.
            function step(most) {
                const power = 10 ** Math.floor(Math.log10(most / 2));
                return [1, 2, 5, 10].map((factor) => factor * power).find((step) => most / step <= 3);
            }

            function chart(id, unit, lines) {
                const node = element(id), height = node.clientHeight, width = node.clientWidth, x = position(id);
                const most = Math.max(10, ...lines.flatMap((line) => line.values));
                const y = (value) => height - bottom - (height - bottom - 10) * value / most;
                const parts = [];
                for (let value = 0; value <= most; value += step(most)) {
                    parts.push(svg("path", { d: `M${left} ${y(value)}H${width - 8}` }));
                    parts.push(svg("text", { x: left - 8, y: y(value) + 4, "text-anchor": "end" }, `${value} ${unit}`));
                }
                for (let ago = 0; ago <= span; ago += 10) {
                    const time = history.at(-1).time - 1000 * ago, text = ago ? `−${ago} s` : "now";
                    parts.push(svg("text", { x: x(time), y: height - 4, "text-anchor": ago ? "middle" : "end" }, text));
                }
                for (const line of lines) {
                    const points = line.values.map((value, index) => value == null ? ""
                        : `${x(history[index].time).toFixed(1)},${y(value).toFixed(1)}`).join(" ").trim();
                    parts.push(svg("polyline", { id: line.id, class: line.color, points }));
                }
                node.replaceChildren(...parts);
            }

            // The state of the circuit: a rectangle from each point of the history to the next one.
            function band() {
                const x = position("band");
                element("band").replaceChildren(...history.slice(1).map((now, index) => {
                    const from = x(history[index].time), width = x(now.time) - from + 0.5;
                    return svg("rect", { class: now.circuit.state, x: from, y: 4, width, height: 18 });
                }));
            }

            function draw() {
                const line = (id, color, values) => ({ id, color, values });
                band();
                chart("chart", "/s", [
                    line("failed", "open", rates((now) => now.calls - now.successes)),
                    line("answered", "closed", rates((now) => now.successes)),
                ]);
                const wanted = rates((now) => now.upstream.wanted), received = rates((now) => now.upstream.received);
                chart("load", "/s", [line("without", "open", wanted), line("with", "received", received)]);
                show("wanted", `${(wanted.at(-1) ?? 0).toFixed(0)}/s`);
                show("received", `${(received.at(-1) ?? 0).toFixed(0)}/s`);
                chart("latency", "ms", [
                    line("p95", "p95", history.map((now) => now.latency.p95)),
                    line("p50", "received", history.map((now) => now.latency.p50)),
                ]);
            }

            function update(status) {
                const { circuit, budget, upstream } = status;
                show("state", circuit.state.replace("_", " "));
                element("state").className = circuit.state;
                show("circuit", circuit.state == "open" ? `for another ${circuit.secondsLeft.toFixed(1)} s`
                    : `${circuit.consecutiveFailures} failures in a row`);
                show("balance", budget.balance.toFixed(1));
                show("budget", `${budget.granted} granted, ${budget.refused} refused`
                    + (budget.isExhausted ? ": exhausted" : ""));
                show("calls", status.calls);
                show("successes", `${status.successes} answered`);
                show("retries", status.retries);
                show("attempts", `${status.attempts} attempts`);
                show("upstream", upstream.isBroken ? "broken" : "up");
                element("upstream").className = upstream.isBroken ? "open" : "closed";
                show("fault", upstream.isBroken ? "Mend the upstream" : "Break the upstream");
                element("fault").className = upstream.isBroken ? "mends" : "";
                element("fault").disabled = false;
                const rows = Object.entries(status.ends).sort((a, b) => b[1] - a[1]).map(([name, count]) => {
                    const row = document.createElement("tr");
                    for (const text of [name, count]) row.insertCell().textContent = text;
                    return row;
                });
                element("ends").replaceChildren(...rows);
                history.push({ ...status, time: performance.now() });
                history = history.filter((point) => point.time > performance.now() - 1000 * span);
                draw();
            }

            element("fault").onclick = async () => {
                element("fault").disabled = true;
                const verb = element("fault").className == "mends" ? "mend" : "break";
                await fetch(`/upstream/${verb}`, { method: "POST" }).catch(() => {});
            };

            async function poll() {
                try {
                    update(await (await fetch("/status", { cache: "no-store" })).json());
                    show("note", "");
                } catch (error) {
                    show("note", "The service does not answer.");
                    console.error(error);
                }
                setTimeout(poll, 250);
            }
            poll();
        """#
}
