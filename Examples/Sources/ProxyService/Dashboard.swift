/// The dashboard, a page for a browser.
enum Dashboard {
    static let html = #"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>orders: retries</title>
        <link rel="icon" href="data:,">
        <style>
            :root { color-scheme: light dark; font: 16px/1.4 system-ui, sans-serif; }
            body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
            main { display: grid; grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr)); gap: 1rem; }
            section { border: 1px solid #8886; border-radius: .5rem; padding: .75rem 1rem; }
            h2 { font-size: .85rem; font-weight: 600; margin: 0; opacity: .7; }
            strong { font-size: 1.8rem; font-variant-numeric: tabular-nums; }
            .wide { grid-column: 1 / -1; }
            .open { color: #d33; } .half_open { color: #c80; } .closed { color: #2a2; }
            td { padding-right: 1.5rem; font-variant-numeric: tabular-nums; }
            svg { width: 100%; height: 8rem; display: block; }
            polyline { fill: none; stroke-width: 2; vector-effect: non-scaling-stroke; }
        </style>
        </head>
        <body>
        <h1>orders</h1>
        <main>
            <section><h2>Circuit</h2><strong id="state">…</strong><div id="circuit"></div></section>
            <section><h2>Retry budget</h2><strong id="balance">…</strong><div id="budget"></div></section>
            <section><h2>Calls</h2><strong id="calls">…</strong><div id="successes"></div></section>
            <section><h2>Retries</h2><strong id="retries">…</strong><div id="attempts"></div></section>
            <section class="wide">
                <h2>Calls a second: <span class="closed">answered</span>, <span class="open">failed</span></h2>
                <svg id="chart" viewBox="0 0 120 60" preserveAspectRatio="none" role="img" aria-label="Calls a second">
                    <polyline id="answered" stroke="#2a2"/><polyline id="failed" stroke="#d33"/>
                </svg>
            </section>
            <section class="wide"><h2>How calls ended</h2><table id="ends"></table></section>
        </main>
        <p><a href="/metrics">Metrics</a> · <a href="/status">Status</a> · <span id="note"></span></p>
        <script>
            const show = (id, text) => { document.getElementById(id).textContent = text };
            const history = { answered: [], failed: [] };
            let last = null;

            function draw(now) {
                if (last) {
                    const seconds = (now.time - last.time) / 1000, answered = now.successes - last.successes;
                    history.answered.push(answered / seconds);
                    history.failed.push((now.calls - last.calls - answered) / seconds);
                }
                last = now;
                const most = Math.max(1, ...history.answered, ...history.failed);
                for (const [id, values] of Object.entries(history)) {
                    if (values.length > 120) values.shift();
                    const points = values.map((value, x) => `${x},${58 - 56 * value / most}`).join(" ");
                    document.getElementById(id).setAttribute("points", points);
                }
            }

            function update(status) {
                const { circuit, budget } = status;
                show("state", circuit.state.replace("_", " "));
                document.getElementById("state").className = circuit.state;
                show("circuit", circuit.state == "open" ? `for another ${circuit.secondsLeft.toFixed(1)} s`
                    : `${circuit.consecutiveFailures} failures in a row`);
                show("balance", budget.balance.toFixed(1));
                show("budget", `${budget.granted} granted, ${budget.refused} refused`
                    + (budget.isExhausted ? ": exhausted" : ""));
                show("calls", status.calls);
                show("successes", `${status.successes} answered`);
                show("retries", status.retries);
                show("attempts", `${status.attempts} attempts`);
                const rows = Object.entries(status.ends).sort((a, b) => b[1] - a[1]).map(([name, count]) => {
                    const row = document.createElement("tr");
                    for (const text of [name, count]) row.insertCell().textContent = text;
                    return row;
                });
                document.getElementById("ends").replaceChildren(...rows);
                draw({ ...status, time: performance.now() });
            }

            async function poll() {
                try {
                    update(await (await fetch("/status", { cache: "no-store" })).json());
                    show("note", "");
                } catch (error) {
                    show("note", "The service does not answer.");
                }
                setTimeout(poll, 250);
            }
            poll();
        </script>
        </body>
        </html>

        """#
}
