"use strict";
(() => {
  const systems = JSON.parse(document.getElementById("plots-data").textContent);
  const dashes = [[], [7, 4], [2, 3], [9, 3, 2, 3], [4, 4], [1, 2]];
  const shapes = ["circle", "triangle", "rect", "rectRot", "star", "cross"];
  const charts = [];
  const names = (key) => [...new Set(systems.flatMap((system) => Object.keys(system[key])))];
  const percent = (value) => `${(100 * value).toFixed(1)}%`;

  function colours() {
    const style = getComputedStyle(document.documentElement);
    const value = (name) => style.getPropertyValue(name).trim();
    return { text: value("--text"), muted: value("--muted"), line: value("--line"), systems: [1, 2, 3, 4, 5, 6].map((n) => value(`--s${n}`)) };
  }

  function axis(c, title, extra) {
    return { title: { display: true, text: title, color: c.muted }, ticks: { color: c.muted }, grid: { color: c.line }, border: { display: false }, ...extra };
  }

  function share(c, title) {
    return axis(c, title, { min: 0, max: 1, ticks: { color: c.muted, stepSize: 0.2, callback: (value) => `${Math.round(100 * value)}%` } });
  }

  function options(c, scales, label) {
    return {
      responsive: true, maintainAspectRatio: false, animation: false, scales,
      interaction: { mode: "nearest", intersect: false },
      plugins: {
        legend: { labels: { color: c.text, usePointStyle: true, boxWidth: 8, boxHeight: 8, filter: (item) => item.text !== "" } },
        tooltip: { callbacks: { label } },
      },
    };
  }

  function line(c, system, index, data, dots) {
    const colour = c.systems[index % 6];
    return { label: system.name, data, borderColor: colour, backgroundColor: colour, borderWidth: 2, borderDash: dashes[index % 6], pointRadius: dots ? 4 : 0, pointStyle: shapes[index % 6], showLine: true, clip: false };
  }

  function curves(c, id, key, xTitle, yTitle, diagonal) {
    const datasets = systems.map((system, index) => line(c, system, index, system[key], diagonal));
    if (diagonal) datasets.push({ label: "", data: [{ x: 0, y: 0 }, { x: 1, y: 1 }], borderColor: c.muted, borderWidth: 1, borderDash: [3, 4], pointRadius: 0, showLine: true });
    const said = (item) => `${item.dataset.label} ${percent(item.parsed.x)} → ${percent(item.parsed.y)}${item.raw.n ? ` (n = ${item.raw.n})` : ""}`;
    draw(id, { type: "scatter", data: { datasets }, options: options(c, { x: share(c, xTitle), y: share(c, yTitle) }, said) });
  }

  function bars(c, id, key, title) {
    const labels = names(key);
    const datasets = systems.map((system, index) => ({ label: system.name, data: labels.map((label) => system[key][label] ?? null), backgroundColor: c.systems[index % 6], maxBarThickness: 34 }));
    const said = (item) => `${item.dataset.label} ${percent(item.parsed.y)}`;
    draw(id, { type: "bar", data: { labels, datasets }, options: options(c, { x: axis(c, title, { grid: { display: false } }), y: share(c, "exact micro F1") }, said) });
  }

  function draw(id, config) {
    charts.push(new Chart(document.getElementById(id), config));
  }

  function redraw() {
    charts.splice(0).forEach((chart) => chart.destroy());
    const c = colours();
    curves(c, "plot-reliability", "reliability", "mean confidence", "right", true);
    curves(c, "plot-coverage", "curve", "share of suggestions, most confident first", "precision", false);
    bars(c, "plot-decile", "deciles", "frequency decile (occurrences)");
    if (names("specialties").length > 1) {
      document.getElementById("figure-specialty").hidden = false;
      bars(c, "plot-specialty", "specialties", "specialty");
    }
  }

  redraw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  addEventListener("beforeprint", redraw);
  addEventListener("afterprint", redraw);
})();
