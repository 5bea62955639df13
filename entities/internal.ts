// Names that the framework's other parts use. Not published: builders have ./index.ts.

export { ENTITIES } from "./rows.ts";
