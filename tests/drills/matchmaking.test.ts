import { expect, test } from "vitest";
import { chartsOf } from "../../drills/matchmaking/charts.ts";
import { simulateMatchmaking } from "../../drills/matchmaking/index.ts";

test("people of known skill play through each matcher, alike for the same seed, and ratings learn", () => {
  const options = { players: 400, seed: 3, team: 1, rate: 0.05, games: 12, known: 0.3, tell: () => {} };
  const { seconds: _, ...first } = simulateMatchmaking(options);
  const told = (result: Pick<typeof first, "matchers">) =>
    result.matchers.map(({ passesS: __, ...rest }) => rest);
  expect(told(simulateMatchmaking(options))).toEqual(told(first));
  expect(first.matchers.map(({ name }) => name)).toEqual(["roomkeep", "QueueRoom", "QueueRoom, near"]);
  for (const { matches, errors, deciles } of first.matchers) {
    expect(matches).toBeGreaterThan(200);
    expect(deciles).toHaveLength(10);
    const [before, after] = [errors[0], errors.find(({ games }) => games === 8)];
    expect(after?.error).toBeLessThan((before?.error ?? 0) * 0.8);
  }
  for (const { distribution, waitS, spread } of first.matchers) {
    expect([distribution.waitS[50], distribution.spread[95]]).toEqual([waitS.p50, spread.p95]);
    expect(distribution.waitS).toEqual([...distribution.waitS].sort((a, b) => a - b));
  }
  const charts = chartsOf(first.matchers, "400 people");
  expect(Object.keys(charts)).toEqual(["matchmaking-wait.svg", "matchmaking-spread.svg"]);
  for (const chart of Object.values(charts))
    expect(chart.match(/<polyline points="[\d., ]{40,}"/g)).toHaveLength(3);
  expect(simulateMatchmaking({ ...options, seed: 4 }).matchers[0]?.waitS).toBeDefined();
});
