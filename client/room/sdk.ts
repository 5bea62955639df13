import { Client } from "colyseus.js/Client";
import { NoneSerializer } from "colyseus.js/serializer/NoneSerializer";
import { SchemaSerializer } from "colyseus.js/serializer/SchemaSerializer";
import { registerSerializer } from "colyseus.js/serializer/Serializer";

/**
 * A client of the page's own server. By the parts of the SDK: its index brings the prediction of worlds as
 * well, a tenth of what a page without one loads.
 */
export function openClient(): Client {
  registerSerializer("schema", SchemaSerializer);
  registerSerializer("none", NoneSerializer);
  return new Client();
}
