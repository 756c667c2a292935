/** What both guarded servers do: notes in memory. Nothing in it knows of a policy. */
const notes = new Map([
  ["shopping", "bread, apples"],
  ["private-diary", "nobody reads this"],
]);

const name = { type: "string", description: "Which note" };

export const tools = [
  { name: "list_notes", description: "Names all notes.", inputSchema: { type: "object" as const, properties: {} } },
  {
    name: "read_note",
    description: "Reads a note.",
    inputSchema: { type: "object" as const, properties: { name }, required: ["name"] },
  },
  {
    name: "write_note",
    description: "Writes a note, in the place of what it held.",
    inputSchema: {
      type: "object" as const,
      properties: { name, text: { type: "string", description: "What it is to hold" } },
      required: ["name", "text"],
    },
  },
];

/** Carries out a call. */
export function carryOut(tool: string, { name = "", text = "" }: { readonly name?: string; readonly text?: string }) {
  switch (tool) {
    case "list_notes":
      return said([...notes.keys()].join("\n"));
    case "read_note":
      return said(notes.get(name) ?? "There is no such note.");
    case "write_note":
      notes.set(name, text);
      return said("It is written.");
    default:
      throw new Error(`Tool ${tool} not found`);
  }
}

function said(text: string) {
  return { content: [{ type: "text" as const, text }] };
}
