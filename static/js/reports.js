// Draws the charts of the report pages from the JSON beside them. Every number is also in a table.

const root = document.documentElement;
const charts = new Map();

// The light colours, for paper, whatever the screen shows.
const PAPER = { text: "#16212b", muted: "#55636f", line: "#d9e0e6", surface: "#ffffff", accent: "#0f6674", high: "#0d6b4f", medium: "#855600", bad: "#a62b2b" };
let onPaper = false;

function colours() {
  if (onPaper) return PAPER;
  const style = getComputedStyle(root);
  return Object.fromEntries(Object.keys(PAPER).map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

const faded = (colour) => `${colour}26`;
const percent = (value) => (value === null || value === undefined ? "–" : `${value.toFixed(1)}%`);
const spoken = (point, what = "") => `${what}${percent(point.value)} (${percent(point.low)} to ${percent(point.high)}, n = ${point.whole})`;

const percentAxis = (c, title) => ({
  min: 0,
  max: 100,
  title: { display: Boolean(title), text: title, color: c.muted },
  ticks: { color: c.muted, stepSize: 20, callback: (value) => `${value}%` },
  grid: { color: c.line },
  border: { display: false },
});

const base = (c) => ({
  responsive: true,
  maintainAspectRatio: false,
  animation: false,
  interaction: { mode: "nearest", intersect: false, axis: "xy" },
  plugins: {
    legend: { labels: { color: c.text, usePointStyle: true, pointStyle: "circle", boxWidth: 7, boxHeight: 7 } },
    tooltip: { backgroundColor: c.text, titleColor: c.surface, bodyColor: c.surface, displayColors: false, padding: 9 },
  },
});

// The interval of a rate as a line with two ends, drawn after the points.
const whiskers = {
  id: "whiskers",
  beforeDatasetsDraw(chart, _args, options) {
    const points = options.points;
    if (!points) return;
    const { ctx, scales } = chart;
    ctx.save();
    ctx.strokeStyle = options.colour;
    ctx.lineWidth = 1.5;
    chart.getDatasetMeta(options.dataset).data.forEach((element, index) => {
      const point = points[index];
      if (point.low === null) return;
      const along = options.along === "x" ? scales.x : scales.y;
      const [low, high] = [along.getPixelForValue(point.low), along.getPixelForValue(point.high)];
      ctx.beginPath();
      if (options.along === "x") strokeRow(ctx, element.y, low, high);
      else strokeColumn(ctx, element.x, low, high);
      ctx.stroke();
    });
    ctx.restore();
  },
};

function strokeRow(ctx, y, low, high) {
  ctx.moveTo(low, y);
  ctx.lineTo(high, y);
  for (const end of [low, high]) {
    ctx.moveTo(end, y - 4);
    ctx.lineTo(end, y + 4);
  }
}

function strokeColumn(ctx, x, low, high) {
  ctx.moveTo(x, low);
  ctx.lineTo(x, high);
  for (const end of [low, high]) {
    ctx.moveTo(x - 4, end);
    ctx.lineTo(x + 4, end);
  }
}

function trend(data, c) {
  const colour = { acceptance: c.accent, override: c.bad, missed: c.medium };
  const bound = (points, key, extra) => ({ data: points.map((point) => point[key]), borderWidth: 0, pointRadius: 0, isBound: true, ...extra });
  const datasets = data.series.flatMap(({ key, label, points }) => [
    bound(points, "low", { label: `${key} low` }),
    bound(points, "high", { label: `${key} high`, fill: "-1", backgroundColor: faded(colour[key]) }),
    { label, points, data: points.map((point) => point.value), borderColor: colour[key], backgroundColor: colour[key], borderWidth: 2, pointRadius: 3, spanGaps: true },
  ]);
  const options = base(c);
  options.interaction = { mode: "index", intersect: false };
  options.plugins.legend.position = "bottom";
  options.plugins.legend.labels.filter = (item, chart) => !chart.datasets[item.datasetIndex].isBound;
  options.plugins.tooltip.filter = (item) => !item.dataset.isBound;
  options.plugins.tooltip.callbacks = { label: (item) => spoken(item.dataset.points[item.dataIndex], `${item.dataset.label} `) };
  options.scales = { x: { ticks: { color: c.muted }, grid: { display: false }, border: { color: c.line } }, y: percentAxis(c) };
  return { type: "line", data: { labels: data.labels, datasets }, options };
}

function specialty(data, c) {
  const options = base(c);
  options.indexAxis = "y";
  options.interaction = { mode: "nearest", intersect: false, axis: "y" };
  options.plugins.legend.display = false;
  options.plugins.tooltip.callbacks = { label: (item) => spoken(data.points[item.dataIndex], "Acceptance ") };
  options.plugins.whiskers = { points: data.points, colour: c.muted, along: "x", dataset: 0 };
  options.scales = { x: percentAxis(c), y: { ticks: { color: c.text, autoSkip: false }, grid: { display: false }, border: { color: c.line } } };
  const small = data.points.map((point) => point.whole < 30);
  const dataset = {
    data: data.points.map((point) => point.value),
    showLine: false,
    pointRadius: 5,
    pointHoverRadius: 6,
    pointBorderColor: c.accent,
    pointBorderWidth: 2,
    // A hollow point is a small sample.
    pointBackgroundColor: small.map((few) => (few ? c.surface : c.accent)),
  };
  return { type: "line", data: { labels: data.labels, datasets: [dataset] }, options };
}

function reliability(data, c) {
  const options = base(c);
  options.plugins.legend.display = false;
  options.plugins.tooltip.filter = (item) => item.datasetIndex === 0;
  options.plugins.tooltip.callbacks = {
    title: (items) => (items.length ? `Predicted ${percent(data.points[items[0].dataIndex].predicted)}` : ""),
    label: (item) => spoken(data.points[item.dataIndex], "Accepted "),
  };
  options.plugins.whiskers = { points: data.points, colour: c.muted, along: "y", dataset: 0 };
  options.scales = { x: { type: "linear", ...percentAxis(c, "Confidence of the model") }, y: percentAxis(c, "Accepted by coders") };
  const datasets = [
    {
      data: data.points.map((point) => ({ x: point.predicted, y: point.value })),
      borderColor: c.accent,
      borderWidth: 2,
      showLine: true,
      pointRadius: 5,
      pointBorderColor: c.accent,
      pointBackgroundColor: data.points.map((point) => (point.whole < 30 ? c.surface : c.accent)),
    },
    { data: [{ x: 0, y: 0 }, { x: 100, y: 100 }], showLine: true, pointRadius: 0, borderColor: c.muted, borderWidth: 1, borderDash: [4, 4] },
  ];
  return { type: "scatter", data: { datasets }, options };
}

const KINDS = { trend, specialty, reliability };

function draw(canvas) {
  charts.get(canvas)?.destroy();
  const data = JSON.parse(document.getElementById(canvas.dataset.source).textContent);
  const config = KINDS[canvas.dataset.chart](data, colours());
  charts.set(canvas, new Chart(canvas, { ...config, plugins: [whiskers] }));
}

function drawAll() {
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  document.querySelectorAll("canvas[data-chart]").forEach(draw);
}

function forPaper(value) {
  onPaper = value;
  drawAll();
}

new MutationObserver(drawAll).observe(root, { attributes: true, attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
addEventListener("beforeprint", () => forPaper(true));
addEventListener("afterprint", () => forPaper(false));

const print = document.querySelector("[data-print]");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
document.fonts.ready.then(drawAll);
