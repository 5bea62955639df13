/** One line: a point for each pair, and whether it is ours. */
export interface Line {
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly ours?: boolean;
}

export interface LineChart {
  readonly title: string;
  /** Note under the title. */
  readonly note: string;
  readonly lines: readonly Line[];
  /** The axes from 0: up to so much, with what they mean. */
  readonly x: { readonly most: number; readonly label: string };
  readonly y: { readonly most: number; readonly label: string };
}

const WIDTH = 720;
const HEIGHT = 400;
const [LEFT, RIGHT, TOP, BOTTOM] = [64, 24, 96, 56];
const OURS = "#e0703a";
const OTHERS = ["#5f5a86", "#8a86a8"];
const DASHES = ["6 4", "2 4"];

/** Lines over two axes as SVG text, in the looks of `drawBars`. What is beyond the axes is cut off. */
export function drawLines({ title, note, lines, x, y }: LineChart): string {
  const across = (value: number) => LEFT + (Math.min(value, x.most) / x.most) * (WIDTH - LEFT - RIGHT);
  const down = (value: number) => HEIGHT - BOTTOM - (value / y.most) * (HEIGHT - TOP - BOTTOM);
  const steps = [0, 0.25, 0.5, 0.75, 1];
  const grid = steps.flatMap((step) => [
    `<line x1="${LEFT}" y1="${down(step * y.most)}" x2="${WIDTH - RIGHT}" y2="${down(step * y.most)}" stroke="#e4dbe0"/>`,
    `<text x="${LEFT - 8}" y="${down(step * y.most) + 4}" text-anchor="end" font-size="12">${tidy(step * y.most)}</text>`,
    `<text x="${across(step * x.most)}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle" font-size="12">${tidy(step * x.most)}</text>`,
  ]);
  let others = 0;
  const drawn = lines.map(({ label, points, ours = false }, index) => {
    const nth = ours ? 0 : others++;
    const color = ours ? OURS : OTHERS[nth % OTHERS.length];
    const dash = ours ? "" : ` stroke-dasharray="${DASHES[nth % DASHES.length]}"`;
    const inside = points.filter(([value]) => value <= x.most);
    const path = inside.map(([a, b]) => `${across(a).toFixed(1)},${down(b).toFixed(1)}`).join(" ");
    const at = LEFT + index * 190;
    return [
      `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="3"${dash}/>`,
      `<line x1="${at}" y1="76" x2="${at + 28}" y2="76" stroke="${color}" stroke-width="3"${dash}/>`,
      `<text x="${at + 36}" y="80">${safe(label)}</text>`,
    ].join("\n");
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="14" fill="#2b2536" role="img" aria-label="${safe(title)}">
<title>${safe(title)}</title>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fdf8f1" rx="10"/>
<text x="20" y="32" font-size="18" font-weight="700">${safe(title)}</text>
<text x="20" y="54" font-size="12" fill="#6b6480">${safe(note)}</text>
${grid.join("\n")}
<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 12}" text-anchor="middle" font-size="12" fill="#6b6480">${safe(x.label)}</text>
<text transform="translate(18 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle" font-size="12" fill="#6b6480">${safe(y.label)}</text>
${drawn.join("\n")}
</svg>
`;
}

const tidy = (value: number) => (Number.isInteger(value) ? String(value) : value.toFixed(1));

function safe(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
