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
        \#(style)
        </style>
        </head>
        <body>
        <header>
            <h1>orders</h1>
            <p>50 callers a second, and an upstream that is <b id="upstream">…</b></p>
            <button id="fault" type="button" disabled>…</button>
        </header>
        <main>
            <section><h2>Circuit</h2><strong id="state">…</strong><div id="circuit"></div></section>
            <section><h2>Retry budget</h2><strong id="balance">…</strong><div id="budget"></div></section>
            <section><h2>Calls</h2><strong id="calls">…</strong><div id="successes"></div></section>
            <section><h2>Retries</h2><strong id="retries">…</strong><div id="attempts"></div></section>
            <section class="wide">
                <h2>Circuit: <span class="closed">closed</span>, <span class="half_open">half open</span>,
                    <span class="open">open</span></h2>
                <svg id="band" height="26" role="img" aria-label="State of the circuit over time"></svg>
                <h2>Calls a second: <span class="closed">answered</span>, <span class="open">failed</span></h2>
                <svg id="chart" height="130" role="img" aria-label="Calls a second"></svg>
                <h2>Requests a second at the upstream:
                    <span class="open">without breaker and budget <b id="wanted"></b></span>,
                    <span class="received">received <b id="received"></b></span></h2>
                <svg id="load" height="130" role="img" aria-label="Requests a second at the upstream"></svg>
                <h2>Latency of the calls, retries included: <span class="p95">95 %</span>,
                    <span class="received">50 %</span></h2>
                <svg id="latency" height="150" role="img" aria-label="Latency of the calls"></svg>
            </section>
            <section class="wide"><h2>How calls ended</h2><table id="ends"></table></section>
        </main>
        <p><a href="/metrics">Metrics</a> · <a href="/status">Status</a> · <span id="note"></span></p>
        <script>
        \#(script)
        </script>
        </body>
        </html>

        """#

    private static let style = #"""
            :root { color-scheme: light dark; font: 16px/1.4 system-ui, sans-serif; --muted: light-dark(#59636e, #9198a1);
                --closed: light-dark(#1a7f37, #3fb950); --half: light-dark(#9a6700, #d29922);
                --open: light-dark(#c93c1b, #ff7b54); --received: light-dark(#0969da, #58a6ff);
                --p95: light-dark(#8250df, #bc8cff); --line: light-dark(#d0d7de, #30363d); }
            body { max-width: 60rem; margin: 1.5rem auto; padding: 0 1rem; }
            header { display: flex; align-items: center; gap: 1rem; flex-wrap: wrap; margin-bottom: 1rem; }
            h1, header p { margin: 0; } header p { flex: 1; }
            button { font: inherit; padding: .5rem 1rem; border: 0; border-radius: .5rem; cursor: pointer; color: #fff;
                background: #c93c1b; min-width: 12rem; }
            button.mends { background: #1a7f37; }
            main { display: grid; grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr)); gap: 1rem; }
            section { border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; }
            h2 { font-size: .85rem; font-weight: 600; margin: 0; color: var(--muted); }
            svg + h2 { margin-top: .75rem; }
            strong { font-size: 1.8rem; }
            strong, h2 b, td, section div { font-variant-numeric: tabular-nums; }
            .wide { grid-column: 1 / -1; }
            .open { color: var(--open); } .half_open { color: var(--half); } .closed { color: var(--closed); }
            .received { color: var(--received); } .p95 { color: var(--p95); }
            td { padding-right: 1.5rem; } td:last-child { text-align: right; }
            svg { width: 100%; display: block; }
            svg text { font-size: 12px; fill: var(--muted); } svg path { stroke: var(--line); }
            svg polyline { fill: none; stroke: currentColor; stroke-width: 2; } svg rect { fill: currentColor;
                shape-rendering: crispEdges; }
        """#
}
