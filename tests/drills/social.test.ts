import { expect, it } from "vitest";
import { social } from "../../drills/social/index.ts";
import { lineNow, openNotebook } from "../../drills/social/notebook.ts";
import { describeWithPostgresAndRedis } from "../helpers/cluster.ts";

it("a line counts as read by who had blocked its writer before it was written, and no other", () => {
  const notebook = openNotebook();
  const [before, other] = [lineNow("before"), lineNow("of another")];
  notebook.blocked("ann", "bob");
  const after = lineNow("after");
  notebook.read("ann", "bob", before);
  notebook.read("ann", "cid", other);
  notebook.read("bob", "ann", after);
  expect(notebook.toBlocked).toEqual([]);
  notebook.read("ann", "bob", after);
  expect(notebook.toBlocked).toHaveLength(1);
  notebook.unblocking("ann", "bob");
  notebook.read("ann", "bob", lineNow("friends again"));
  expect(notebook.toBlocked).toHaveLength(1);
});

describeWithPostgresAndRedis("the drill of people", () => {
  it("keeps what was told, with a process killed and one frozen", async () => {
    const result = await social({ cycles: 2, bots: 8 });
    expect(result).toMatchObject({
      kills: 1,
      freezes: 1,
      seasons: 2,
      findings: [],
      asymmetric: 0,
      prizesTwice: 0,
      prizesMissing: 0,
      linesLost: 0,
      linesToBlocked: 0,
      differences: 0,
      feesLost: 0,
      tournamentPrizesTwice: 0,
      tournamentPrizesMissing: 0,
    });
    expect(result.tournaments).toBeGreaterThan(0);
    expect(result.prizes).toBeGreaterThan(0);
    expect(result.lines).toBeGreaterThan(0);
    expect(result.groups).toBeGreaterThan(0);
  }, 400_000);
});
