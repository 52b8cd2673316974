// The plot of a coder's own days. The table below it holds the same numbers.

const canvas = document.getElementById("my-day");
let chart = null;

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

function draw() {
  const data = JSON.parse(document.getElementById("my-day-data").textContent);
  const [text, muted, line] = ["text", "muted", "line"].map(colour);
  chart?.destroy();
  const bars = { type: "bar", label: "Charts final", data: data.charts, backgroundColor: colour("accent"), yAxisID: "y", order: 2 };
  const seconds = { type: "line", label: "Seconds per chart", data: data.seconds, borderColor: colour("medium"), backgroundColor: colour("medium"), spanGaps: true, pointRadius: 2, borderWidth: 1.5, yAxisID: "y2", order: 1 };
  const usual = { type: "line", label: "Usual charts", data: data.labels.map(() => data.usual), borderColor: muted, backgroundColor: muted, borderDash: [5, 4], borderWidth: 1.5, pointRadius: 0, yAxisID: "y", order: 0 };
  const axis = (title, position, grid) => ({ beginAtZero: true, position, title: { display: true, text: title, color: muted }, ticks: { color: muted, precision: 0 }, grid: { display: grid, color: line }, border: { display: false } });
  chart = new Chart(canvas, {
    data: { labels: data.labels, datasets: data.usual === null ? [bars, seconds] : [bars, seconds, usual] },
    options: {
      responsive: true,
      maintainAspectRatio: false,
      animation: false,
      interaction: { mode: "index", intersect: false },
      plugins: { legend: { labels: { color: text, usePointStyle: true, boxWidth: 8, boxHeight: 8 } } },
      scales: { x: { ticks: { color: muted }, grid: { display: false } }, y: axis("Charts", "left", true), y2: axis("Seconds", "right", false) },
    },
  });
}

if (canvas) {
  draw();
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}
