/** Members of an object by name, each with its `typeof`. */
export type Shape = Readonly<Record<string, "boolean" | "function" | "number" | "object" | "undefined">>;

/** The members that an object lacks, or has in another type, such as "Receiver._state". */
export function missingParts(name: string, subject: unknown, shape: Shape): string[] {
  if (typeof subject !== "object" && typeof subject !== "function") return [name];
  if (subject === null) return [name];
  return Object.entries(shape)
    .filter(([member, type]) => !(member in subject) || typeof Reflect.get(subject, member) !== type)
    .map(([member]) => `${name}.${member}`);
}
