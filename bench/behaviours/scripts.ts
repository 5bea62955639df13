/** The same script for each engine: it looks at six others, flees the nearest and strolls. */
export const SCRIPT = `let count = 0;
function decide(text) {
  const view = JSON.parse(text);
  const intents = [];
  let nearest;
  for (const one of view.near) if (!nearest || one.distance < nearest.distance) nearest = one;
  const { x, z } = view.self;
  if (nearest && nearest.distance < 3) intents.push(["move", 2 * x - nearest.x, 2 * z - nearest.z, true]);
  else if (++count % 3 === 0) intents.push(["move", x + Math.sin(count) * 5, z + Math.cos(count) * 5, false]);
  return JSON.stringify(intents);
}`;

/** What agent `n` sees. */
export function viewOf(n: number): string {
  const near = Array.from({ length: 6 }, (_, other) => ({
    ...{ id: `b${other}`, kind: "avatar", x: other, z: n % 7, distance: (other * 7 + n) % 11 },
  }));
  return JSON.stringify({ tick: n, self: { id: `a${n}`, x: n % 50, z: n % 40, yaw: 0 }, near });
}
