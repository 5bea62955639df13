// What a page gets for `roomkeep/rooms`, `roomkeep/server` and the other doors of the server: none of their
// names, so that its build fails at the import and names it. A page must not have the server's rules in it.
throw new Error(
  "roomkeep: this page imports a part of the server, such as a room. Import its types, or shared code.",
);

export {};
