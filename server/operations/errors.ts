import { z } from "zod";
import { readClientErrors } from "../telemetry/errors/client-errors.ts";
import { defineOperation } from "./operation.ts";

/** Lists errors of players' pages, those that came last first. */
export const listErrors = defineOperation({
  name: "errors.list",
  summary: "Errors of players' pages, those that came last first",
  permission: "look",
  kind: "read",
  params: z.object({ last: z.int().min(1).max(1_000).default(100) }),
  result: z.object({
    errors: z.array(
      z.object({
        id: z.string(),
        message: z.string(),
        stack: z.string().meta({ description: "By the source, where there was a map of the build" }),
        page: z.string(),
        build: z.string(),
        agent: z.string(),
        count: z.int(),
        firstAt: z.iso.datetime(),
        lastAt: z.iso.datetime(),
      }),
    ),
  }),
  async run({ db, services }, { last }) {
    await services?.watch.errors.flush().catch(() => {}); // what is written is shown
    const errors = await readClientErrors(db, last);
    return {
      errors: errors.map(({ firstAt, lastAt, ...error }) => {
        return { ...error, firstAt: firstAt.toISOString(), lastAt: lastAt.toISOString() };
      }),
    };
  },
  text: ({ errors }) =>
    errors.length === 0
      ? ["No page has told of an error."]
      : errors.map(({ lastAt, count, message, stack }) => {
          const [, where = ""] = stack.split("\n");
          return `${lastAt}  ${count} times  ${message}  ${where.trim()}`;
        }),
});
