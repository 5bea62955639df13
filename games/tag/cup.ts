import { defineCup } from "../../plugins/tournaments/index.ts";

/** The most points in one of five rounds, each day for an hour. */
export const tagCup = defineCup("tag", {
  label: "Tag hour",
  game: "tag",
  score: { tries: 5, minutes: 60 },
  starts: "0 18 * * *",
  prizes: [
    { ranks: [1, 1], coins: 50 },
    { ranks: [2, 3], coins: 20 },
  ],
});
