// Draws the last hour of the model page, and again whenever htmx brings newer numbers. Every number of now is in words too.

const root = document.documentElement;
const charts = new Map();

const colours = () => {
  const style = getComputedStyle(root);
  return Object.fromEntries(["text", "muted", "line", "surface", "accent", "medium", "info"].map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
};

// What each plot draws: key in the data, name, colour, dashed.
const PLOTS = {
  queue: [["person", "A person waits", "accent", false], ["backlog", "Backlog", "muted", true]],
  in_flight: [["person", "A person waits", "accent", false], ["backlog", "Backlog", "muted", true]],
  latency: [
    ["person_p50", "Person, median", "accent", false],
    ["person_p95", "Person, 95%", "medium", false],
    ["backlog_p50", "Backlog, median", "accent", true],
    ["backlog_p95", "Backlog, 95%", "medium", true],
  ],
  tokens: [["completion", "Generated", "accent", false], ["prompt", "Read", "muted", false], ["cached", "Of these from the cache", "info", true]],
};

const ago = (minutes) => (minutes === 0 ? "now" : `${Math.round(-minutes)} min`);

function datasets(kind, data, c) {
  return PLOTS[kind].map(([key, label, colour, dashed]) => ({
    label,
    data: data[kind][key].map((y, place) => ({ x: data.minutes[place], y })),
    borderColor: c[colour],
    backgroundColor: c[colour],
    borderWidth: 1.75,
    borderDash: dashed ? [5, 4] : [],
    pointRadius: 0,
    pointHitRadius: 8,
  }));
}

function options(c) {
  const axis = { ticks: { color: c.muted, font: { size: 11 } }, border: { display: false } };
  return {
    responsive: true,
    maintainAspectRatio: false,
    animation: false,
    interaction: { mode: "index", intersect: false },
    plugins: {
      legend: { position: "bottom", labels: { color: c.text, font: { size: 11 }, boxWidth: 22, boxHeight: 0 } },
      tooltip: {
        backgroundColor: c.text, titleColor: c.surface, bodyColor: c.surface, displayColors: false,
        callbacks: { title: (items) => (items.length ? `${(-items[0].parsed.x).toFixed(1)} minutes ago` : "") },
      },
    },
    scales: {
      x: { ...axis, type: "linear", min: -60, max: 0, grid: { display: false }, ticks: { ...axis.ticks, stepSize: 15, callback: ago } },
      y: { ...axis, beginAtZero: true, suggestedMax: 1, grid: { color: c.line }, ticks: { ...axis.ticks, maxTicksLimit: 5 } },
    },
  };
}

function draw(anew) {
  const source = document.getElementById("hour-data");
  if (!source) return;
  const data = JSON.parse(source.textContent);
  const c = colours();
  document.querySelectorAll("canvas[data-plot]").forEach((canvas) => {
    const kind = canvas.dataset.plot;
    if (anew || !charts.has(canvas)) {
      charts.get(canvas)?.destroy();
      charts.set(canvas, new Chart(canvas, { type: "line", data: { datasets: datasets(kind, data, c) }, options: options(c) }));
      return;
    }
    const chart = charts.get(canvas);
    // Lines that were hidden by a click on their name stay hidden.
    datasets(kind, data, c).forEach((line, place) => { chart.data.datasets[place].data = line.data; });
    chart.update("none");
  });
}

new MutationObserver(() => draw(true)).observe(root, { attributes: true, attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw(true));
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "live") draw(false);
});
document.fonts.ready.then(() => {
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  draw(true);
});
