import { parseArgs } from "node:util";
import { OPERATIONS } from "../operations/index.ts";
import type { AnyOperation } from "../operations/operation.ts";
import { type DescribedOperation, describeOperation } from "../operations/run/described.ts";
import { type FlatParameter, readParams, typedTexts } from "../operations/run/params.ts";
import type { Command } from "./command.ts";
import { askOperations, operate, operatePlugin, WHERE } from "./database/operate.ts";

const HEAD = `roomkeep admin <noun> <verb> [--parameter value] [--json]

Does what the desk does. Each write has one entry in the audit log. roomkeep admin <noun> <verb> --help lists the
parameters; --json prints the result as one JSON object. What plugins add, only a running server knows and does:
roomkeep admin <plugin> lists it.`;

function listed(operations: readonly Pick<AnyOperation, "name" | "summary">[]): string {
  const width = Math.max(...operations.map(({ name }) => name.length));
  return operations
    .map(({ name, summary }) => `  ${name.replace(".", " ").padEnd(width)}  ${summary}`)
    .join("\n");
}

/** Help of an operation, from its parameters. */
function helpOfOperation({ name, summary, permission, parameters }: DescribedOperation): string {
  const usage = parameters.map((one) => (one.required ? usageOf(one) : `[${usageOf(one)}]`));
  const width = Math.max(0, ...parameters.map(({ flag }) => flag.length));
  const lines = parameters.map((one) => `  --${one.flag.padEnd(width)}  ${describe(one)}`);
  return [
    ["roomkeep admin", ...name.split("."), ...usage, "[--json]"].join(" "),
    `${summary}. At the desk it needs the permission ${permission}.`,
    ...(lines.length > 0 ? [lines.join("\n")] : []),
    WHERE,
  ].join("\n\n");
}

function usageOf({ flag, type, schema }: FlatParameter): string {
  if (type === "yes or no") return `--${flag}`;
  return `--${flag} ${schema.enum ? schema.enum.join("|") : type === "text" ? "text" : "n"}`;
}

function describe({ type, schema, required }: FlatParameter): string {
  const { enum: choices, description, default: usual, minimum, maximum } = schema;
  const range = [minimum, maximum].some((bound) => bound !== undefined && Math.abs(bound) < 2 ** 52);
  const parts = [
    choices ? `one of ${choices.join(", ")}` : type,
    range ? `from ${minimum ?? "-∞"} to ${maximum ?? "∞"}` : undefined,
    usual !== undefined ? `default ${usual}` : required ? undefined : "optional",
    description,
  ];
  return parts.filter((part) => part !== undefined).join("; ");
}

interface Found {
  readonly named?: DescribedOperation;
  /** Of roomkeep itself; undefined: a plugin of the running server has it. */
  readonly own?: AnyOperation;
  /** Those of the noun, or all. */
  readonly near: readonly Pick<AnyOperation, "name" | "summary">[];
}

async function find(args: readonly string[]): Promise<Found> {
  const [noun = "", verb = ""] = args.filter((arg) => !arg.startsWith("-"));
  const own = OPERATIONS.get(`${noun}.${verb}`);
  if (own) return { named: describeOperation(own), own, near: [] };
  const all = [...OPERATIONS.values()];
  const others = noun === "" ? [] : await askOperations();
  const added = others.filter(({ name }) => !OPERATIONS.has(name));
  const named = added.find(({ name }) => name === `${noun}.${verb}`);
  const near = [...all, ...added].filter(({ name }) => name.startsWith(`${noun}.`));
  return { ...(named && { named }), near: near.length > 0 ? near : all };
}

/** `roomkeep admin`: everything that the desk does, on the command line. */
export const command: Command = {
  summary: "do what the operators' desk does; lists it",
  help: `${HEAD}\n\n${listed([...OPERATIONS.values()])}\n\n${WHERE}`,
  async helpOf(args) {
    const { named, near } = await find(args);
    return named ? helpOfOperation(named) : `${HEAD}\n\n${listed(near)}`;
  },
  async run(args) {
    const { named, own, near } = await find(args.slice(0, 2));
    if (!named) {
      console.error(`${HEAD}\n\n${listed(near)}`);
      process.exitCode = 2;
      return;
    }
    const { parameters } = named;
    const given = parseArgs({
      args: args.slice(2),
      options: {
        json: { type: "boolean", default: false },
        ...Object.fromEntries(parameters.flatMap(optionsOf)),
      },
    });
    const values: Readonly<Record<string, unknown>> = given.values;
    const texts = parameters.flatMap(({ name, flag }): [string, unknown][] => {
      const value = values[`no-${flag}`] === true ? false : values[flag];
      return value === undefined ? [] : [[name, value]];
    });
    const params = typedTexts(parameters, Object.fromEntries(texts));
    const json = values.json === true;
    if (own) await operate(own, readParams(own.params, params), { json });
    else await operatePlugin(named.name, params, json);
  },
};

/** A yes or no is a flag alone, or `--no-flag`. */
function optionsOf({ flag, type }: FlatParameter): [string, { type: "string" | "boolean" }][] {
  if (type !== "yes or no") return [[flag, { type: "string" }]];
  return [
    [flag, { type: "boolean" }],
    [`no-${flag}`, { type: "boolean" }],
  ];
}
