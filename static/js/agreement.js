// κ and α week by week, with their intervals as lines. Every number is also in the table below.

const root = document.documentElement;
const drawn = new Map();

const spoken = (point) => {
  const number = (value) => (value === null ? "–" : value.toFixed(2));
  const interval = point.low === null ? "" : ` (${number(point.low)} to ${number(point.high)})`;
  return `${number(point.value)}${interval}, ${point.charts} charts`;
};

const intervals = {
  id: "intervals",
  beforeDatasetsDraw(chart) {
    const { ctx, scales } = chart;
    chart.data.datasets.forEach((dataset, index) => {
      ctx.save();
      ctx.strokeStyle = dataset.borderColor;
      chart.getDatasetMeta(index).data.forEach((element, at) => {
        const point = dataset.points[at];
        if (point.low === null) return;
        ctx.beginPath();
        ctx.moveTo(element.x + index * 4, scales.y.getPixelForValue(point.low));
        ctx.lineTo(element.x + index * 4, scales.y.getPixelForValue(point.high));
        ctx.stroke();
      });
      ctx.restore();
    });
  },
};

function draw(canvas) {
  drawn.get(canvas)?.destroy();
  const style = getComputedStyle(root);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const data = JSON.parse(document.getElementById(canvas.dataset.coefficients).textContent);
  const datasets = data.series.map((series, index) => {
    const own = colour(index ? "medium" : "accent");
    return { label: series.label, points: series.points, data: series.points.map((point) => point.value), borderColor: own, backgroundColor: own, borderWidth: 2, borderDash: index ? [5, 5] : [], pointRadius: index ? 5 : 3, pointStyle: index ? "rect" : "circle", pointBackgroundColor: index ? "transparent" : own, spanGaps: true };
  });
  const options = {
    responsive: true,
    maintainAspectRatio: false,
    animation: false,
    interaction: { mode: "index", intersect: false },
    plugins: {
      legend: { position: "bottom", labels: { color: colour("text"), usePointStyle: true, boxHeight: 7 } },
      tooltip: { displayColors: false, callbacks: { label: (item) => `${item.dataset.label} ${spoken(item.dataset.points[item.dataIndex])}` } },
    },
    scales: {
      x: { ticks: { color: colour("muted") }, grid: { display: false } },
      y: { suggestedMin: 0, max: 1, ticks: { color: colour("muted") }, grid: { color: colour("line") }, border: { display: false } },
    },
  };
  drawn.set(canvas, new Chart(canvas, { type: "line", data: { labels: data.labels, datasets }, options, plugins: [intervals] }));
}

const drawAll = () => document.querySelectorAll("canvas[data-coefficients]").forEach(draw);
new MutationObserver(drawAll).observe(root, { attributes: true, attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
document.fonts.ready.then(drawAll);
