import type { AnyOperation } from "../operation.ts";
import { type FlatParameter, flatParameters } from "./params.ts";

/** An operation as its command is read and explained by, without what it does. */
export interface DescribedOperation extends Pick<AnyOperation, "name" | "summary" | "permission"> {
  readonly parameters: readonly FlatParameter[];
}

/** Describes an operation: a JSON value. */
export function describeOperation({ name, summary, permission, params }: AnyOperation): DescribedOperation {
  return { name, summary, permission, parameters: flatParameters(params) };
}
