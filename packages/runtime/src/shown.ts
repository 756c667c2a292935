import { isRecord, type Value } from "@mcpolicy/core";

/** The beginning of a value as JSON, `most` characters at most. It is written no further than it is shown: what is denied may be large. */
export function shown(value: Value, most: number): string {
  const text = startOf(value, most + 1);
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}

/** A value as JSON; of a longer one at least `room` characters. */
function startOf(value: Value, room: number): string {
  if (room <= 0) return "";
  if (typeof value === "string" && value.length > room) return JSON.stringify(value.slice(0, room));
  if (Array.isArray(value)) {
    let text = "[";
    for (const item of value as readonly Value[]) {
      if (text.length > room) break;
      text += `${text === "[" ? "" : ","}${startOf(item, room - text.length)}`;
    }
    return `${text}]`;
  }
  if (isRecord(value)) {
    let text = "{";
    for (const [name, part] of Object.entries(value)) {
      if (text.length > room) break;
      if (part === undefined) continue;
      text += `${text === "{" ? "" : ","}${startOf(name, room)}:${startOf(part, room - text.length)}`;
    }
    return `${text}}`;
  }
  return JSON.stringify(value) ?? String(value);
}
