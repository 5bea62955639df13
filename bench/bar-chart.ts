/** One bar: its label and length, and whether it is ours. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly ours?: boolean;
}

export interface BarChart {
  readonly title: string;
  readonly unit: string;
  readonly bars: readonly Bar[];
  /** A limit line, in the same unit. */
  readonly line?: { readonly value: number; readonly label: string };
  /** Note under the title, e.g. the machine. */
  readonly note: string;
}

const WIDTH = 720;
const LEFT = 200;
const ROW = 34;
const TOP = 78;

/** Horizontal bars as SVG text: no fonts, scripts or styles from elsewhere, so that any page shows it. */
export function drawBars({ title, unit, bars, line, note }: BarChart): string {
  const most = Math.max(...bars.map(({ value }) => value), (line?.value ?? 0) * 1.1, 1e-9);
  const scale = (value: number): number => (value / most) * (WIDTH - LEFT - 110);
  const height = TOP + bars.length * ROW + 26;
  const rows = bars.map(({ label, value, ours }, i) => {
    const y = TOP + i * ROW;
    const width = Math.max(1, scale(value)).toFixed(1);
    return [
      `<text x="${LEFT - 10}" y="${y + 18}" text-anchor="end">${safe(label)}</text>`,
      `<rect x="${LEFT}" y="${y + 3}" width="${width}" height="22" rx="4" fill="${ours ? "#e0703a" : "#8a86a8"}"/>`,
      `<text x="${LEFT + Number(width) + 8}" y="${y + 18}">${tidy(value)} ${safe(unit)}</text>`,
    ].join("\n");
  });
  const x = line && (LEFT + scale(line.value)).toFixed(1);
  const mark = line
    ? `<line x1="${x}" y1="${TOP - 4}" x2="${x}" y2="${height - 24}" stroke="#3c3550" stroke-dasharray="4 4"/>
<text x="${x}" y="${height - 8}" text-anchor="middle" font-size="12">${safe(line.label)}</text>`
    : "";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="14" fill="#2b2536" role="img" aria-label="${safe(title)}">
<title>${safe(title)}</title>
<rect width="${WIDTH}" height="${height}" fill="#fdf8f1" rx="10"/>
<text x="20" y="32" font-size="18" font-weight="700">${safe(title)}</text>
<text x="20" y="54" font-size="12" fill="#6b6480">${safe(note)}</text>
${rows.join("\n")}
${mark}
</svg>
`;
}

function tidy(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function safe(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
