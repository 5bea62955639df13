import { RoomkeepError } from "roomkeep/shared";
import { z } from "zod";

const metres = (most: number) => z.number().min(0.5).max(most);
const place = z.strictObject({ x: z.number(), z: z.number() });
const kind = z.string().min(1).max(40).default("avatar");

/** A template with parameters: a schema, and the script that they make. */
interface Template<S extends z.ZodType> {
  readonly help: string;
  readonly params: S;
  script(params: z.output<S>): string;
}

const template = <S extends z.ZodType>(made: Template<S>): Template<S> => made;
const given = (params: unknown) => `const params = ${JSON.stringify(params)};\n`;

/** Where it was when it was attached. */
const HOME = "memory.home ??= { x: self.x, z: self.z };";
const AWAY = "const away = (to) => Math.hypot(to.x - self.x, to.z - self.z);\n";

/** Behaviours that need no script of one's own, by name. */
export const behaviourTemplates = {
  wander: template({
    help: "Strolls about the place where it began.",
    params: z.strictObject({
      radiusM: metres(100).default(8),
      pauseS: z.number().min(0).max(600).default(3),
    }),
    script: (params) => `${given(params)}on("decide", () => {
  ${HOME}
  const { x, z } = memory.home;
  const part = () => (2 * random() - 1) * params.radiusM;
  if (!self.moving) moveTo(x + part(), z + part());
});
on("arrived", () => wait(params.pauseS));`,
  }),
  patrol: template({
    help: "Goes from place to place, and round again.",
    params: z.strictObject({ places: z.array(place).min(2).max(16), run: z.boolean().default(false) }),
    script: (params) => `${given(params)}const next = () => {
  memory.at = ((memory.at ?? -1) + 1) % params.places.length;
};
on("arrived", next);
on("blocked", next);
on("decide", () => {
  if (memory.at === undefined) next();
  if (!self.moving) moveTo(params.places[memory.at], { run: params.run });
});`,
  }),
  guard: template({
    help: "Goes towards those who come near its place, warns them, and goes back.",
    params: z.strictObject({
      radiusM: metres(30).default(8),
      words: z.string().max(200).default("Halt!"),
      kind,
    }),
    script: (params) => `${given(params)}${AWAY}on("decide", () => {
  ${HOME}
  const [guest] = near(params.radiusM, params.kind);
  if (guest && guest.id !== memory.warned) say(params.words);
  memory.warned = guest ? guest.id : "";
  if (guest) face(guest);
  if (guest && guest.distance > 2) moveTo(guest);
  else if (guest) stop();
  else if (away(memory.home) > 1) moveTo(memory.home);
});`,
  }),
  follow: template({
    help: "Follows the nearest one.",
    params: z.strictObject({ senseM: metres(30).default(15), keepM: metres(20).default(2.5), kind }),
    script: (params) => `${given(params)}on("decide", () => {
  const [one] = near(params.senseM, params.kind);
  if (!one || one.distance <= params.keepM) stop();
  else moveTo(one, { run: one.distance > 2 * params.keepM });
});`,
  }),
  flee: template({
    help: "Runs from those who come near.",
    params: z.strictObject({ shyM: metres(30).default(6), farM: metres(50).default(10), kind }),
    script: (params) => `${given(params)}on("decide", () => {
  const [one] = near(params.shyM, params.kind);
  if (!one) return;
  const far = params.farM / Math.max(one.distance, 0.1);
  moveTo(self.x + (self.x - one.x) * far, self.z + (self.z - one.z) * far, { run: true });
});`,
  }),
  greet: template({
    help: "Greets each one once. NAME in its words is the name of the one.",
    params: z.strictObject({
      radiusM: metres(30).default(4),
      words: z.string().max(160).default("Hello, NAME!"),
      kind,
    }),
    script: (params) => `${given(params)}on("decide", () => {
  const met = memory.met ?? [];
  const guest = near(params.radiusM, params.kind).find(({ id }) => !met.includes(id));
  if (!guest) return;
  memory.met = [...met.slice(-15), guest.id];
  face(guest);
  say(params.words.replace("NAME", guest.name).slice(0, 200));
});`,
  }),
  herd: template({
    help: "Stays near its own kind.",
    params: z.strictObject({ senseM: metres(30).default(15), closeM: metres(20).default(4) }),
    script: (params) => `${given(params)}on("decide", () => {
  const others = near(params.senseM, self.kind);
  if (others.length === 0 || self.moving) return;
  const middle = (axis) => others.reduce((sum, one) => sum + one[axis], 0) / others.length;
  const [x, z] = [middle("x"), middle("z")];
  if (Math.hypot(x - self.x, z - self.z) > params.closeM) moveTo(x + random() - 0.5, z + random() - 0.5);
});`,
  }),
} as const;

/** Name of a template. */
export type TemplateName = keyof typeof behaviourTemplates;

/**
 * Makes a script of a template.
 *
 * @throws CONFIG_INVALID the parameters do not fit
 * @example
 * openAgents({ …, scripts: { guard: behaviourOf("guard", { radiusM: 6, words: "Who goes there?" }) } });
 */
export function behaviourOf<N extends TemplateName>(
  name: N,
  params: z.input<(typeof behaviourTemplates)[N]["params"]>,
): string {
  const { params: schema, script } = behaviourTemplates[name] as unknown as Template<z.ZodType>;
  const read = schema.safeParse(params);
  if (read.success) return script(read.data);
  throw new RoomkeepError("CONFIG_INVALID", `Template ${name}: ${z.prettifyError(read.error)}`);
}
