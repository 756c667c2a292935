/** The one tool of the server that writes down what reaches it. */
export const witnessTool = {
  name: "note",
  inputSchema: { type: "object", properties: { n: { type: "integer" } }, required: ["n"] },
} as const;

/** What it writes last, once nothing more can reach it. */
export const END = "end";
