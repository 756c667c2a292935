import { type Detector, isRecord, type JsonObject, type PreparedDetector, read, type Value } from "@mcpolicy/core";
import type { CheckedRedact } from "@mcpolicy/language";

/** The detectors that rules name. */
export function detectorsOf(rules: readonly CheckedRedact[]): readonly Detector[] {
  return rules.flatMap(({ detectors }) =>
    detectors.map((operand) => {
      const value = operand.kind === "constant" ? read(operand.as, operand.value, undefined) : undefined;
      if (value === undefined) throw new Error("a rule names something else than a detector");
      return value as unknown as PreparedDetector;
    }),
  );
}

/** Names that the protocol gives to fields of blocks and of embedded resources. */
const protocolNames = [
  ...["type", "text", "data", "mimeType", "resource", "uri", "name", "title", "description", "size", "icons"],
  ...["annotations", "_meta", "blob"],
];

/**
 * A result as it leaves (language.md, "redact"): what is found in its texts, numbers and names is masked, but for the words of the
 * protocol and for bytes in base64.
 */
export function maskedResult<R extends object>(result: R, detectors: readonly Detector[]): R {
  const masked = Object.entries(result).map(([name, part]: [string, Value]) => {
    if (name === "isError") return [name, part];
    if (name !== "content") return [name, maskedField(name, part, detectors)];
    const content = part as readonly JsonObject[];
    return [name, content.map((block, at) => maskedBlock(block, joinedMarks(content, at, detectors), detectors))];
  });
  return Object.fromEntries(masked) as R;
}

/** Which characters of a block's text lie in a finding of all texts joined, as `result.text` is. */
function joinedMarks(content: readonly JsonObject[], at: number, detectors: readonly Detector[]): readonly boolean[] {
  const isText = ({ type, text }: JsonObject): boolean => type === "text" && typeof text === "string";
  if (!isText(content[at]!)) return [];
  const before = content
    .slice(0, at)
    .filter(isText)
    .map((block) => `${block["text"]}\n`)
    .join("");
  const behind = content
    .slice(at + 1)
    .filter(isText)
    .map((block) => `\n${block["text"]}`)
    .join("");
  const text = content[at]!["text"] as string;
  return marks(before + text + behind, "", detectors).slice(before.length, before.length + text.length);
}

function maskedBlock(block: JsonObject, joined: readonly boolean[], detectors: readonly Detector[]): JsonObject {
  const { type } = block;
  if (!["text", "image", "audio", "resource", "resource_link"].includes(type as string)) {
    return maskedValue(block, "", detectors) as JsonObject;
  }
  return maskedFields(block, protocolNames, detectors, (name, part) => {
    if (name === "type") return part;
    if (name === "data" && (type === "image" || type === "audio") && isBytes(part)) return part;
    if (name === "text" && type === "text" && typeof part === "string") return maskedText(part, joined, detectors);
    if (name !== "resource" || type !== "resource" || !isRecord(part)) return undefined;
    return maskedFields(part, protocolNames, detectors, (field, value) =>
      field === "blob" && isBytes(value) ? value : undefined,
    );
  });
}

/** `special`: what becomes of a field that is masked in its own way. */
function maskedFields(
  record: JsonObject,
  kept: readonly string[],
  detectors: readonly Detector[],
  special: (name: string, part: Value) => Value | undefined,
): JsonObject {
  const names = new Set<string>();
  const fields = Object.entries(record).map(([name, part]): [string, Value] => {
    const bare = kept.includes(name) ? name : mask(name, "", detectors);
    let masked = bare;
    for (let count = 2; names.has(masked); count++) masked = `${bare} ${count}`;
    names.add(masked);
    const value = special(name, part);
    if (value !== undefined) return [masked, value];
    return [masked, kept.includes(name) ? maskedValue(part, "", detectors) : maskedField(name, part, detectors)];
  });
  return Object.fromEntries(fields);
}

/** Whether a text is base64 as it is written (RFC 4648): read and written again it is the same. */
function isBytes(value: Value): boolean {
  if (typeof value !== "string" || !/^[\w+/=-]*$/.test(value)) return false;
  try {
    // Bits that stand for nothing may be set.
    return value.length % 4 === 0 && atob(value).length === (value.length / 4) * 3 - (value.match(/=/g)?.length ?? 0);
  } catch {
    return false;
  }
}

/** A block's text: by itself, unless something is found in it only together with the others. */
function maskedText(text: string, joined: readonly boolean[], detectors: readonly Detector[]): string {
  const own = marks(text, "", detectors);
  if (joined.every((isFound, at) => !isFound || own[at])) return maskedValue(text, "", detectors) as string;
  return jsonOf(text) === undefined ? mask(text, "", detectors, joined) : "[redacted]";
}

/** `behind`: what a text or number stands behind, its field's name. */
function maskedValue(value: Value, behind: string, detectors: readonly Detector[]): Value {
  if (typeof value === "number") return mask(String(value), behind, detectors) === String(value) ? value : "[redacted]";
  if (typeof value === "string") {
    const json = jsonOf(value);
    const inside = json === undefined ? undefined : maskedValue(json, behind, detectors);
    const isChanged = JSON.stringify(inside) !== JSON.stringify(json);
    if (isChanged && typeof json === "number") return "[redacted]";
    return mask(isChanged ? JSON.stringify(inside) : value, behind, detectors);
  }
  if (Array.isArray(value)) return value.map((item: Value) => maskedValue(item, behind, detectors));
  return isRecord(value) ? maskedFields(value, [], detectors, () => undefined) : value;
}

function maskedField(name: string, part: Value, detectors: readonly Detector[]): Value {
  return maskedValue(part, `${name}: `, detectors);
}

/** A text with each run of characters that lie in findings replaced once; what is left between is masked by itself. */
function mask(
  text: string,
  behind: string,
  detectors: readonly Detector[],
  known: readonly boolean[] = [],
  rounds = 8,
): string {
  const isFound = found(text, behind, detectors).map((each, at) => each || known[at] === true);
  if (!isFound.includes(true)) return text;
  if (rounds === 0) return "[redacted]";
  return runs(isFound)
    .map(({ start, end, masked }) =>
      masked ? "[redacted]" : mask(text.slice(start, end), behind, detectors, [], rounds - 1),
    )
    .join("");
}

/** The characters of a text that `mask` replaces. */
function marks(text: string, behind: string, detectors: readonly Detector[], rounds = 8): readonly boolean[] {
  const isFound = found(text, behind, detectors);
  if (!isFound.includes(true)) return isFound;
  if (rounds === 0) return isFound.map(() => true);
  return runs(isFound).flatMap(({ start, end, masked }) =>
    masked ? isFound.slice(start, end) : marks(text.slice(start, end), behind, detectors, rounds - 1),
  );
}

/** Which characters lie in a finding, of the text or of it behind its name. */
function found(text: string, behind: string, detectors: readonly Detector[]): readonly boolean[] {
  const isFound = Array.from({ length: text.length }, () => false);
  for (const detector of detectors) {
    for (const [start, end] of findings(text, detector)) isFound.fill(true, start, end);
    if (behind === "") continue;
    for (const [start, end] of findings(behind + text, detector)) {
      isFound.fill(true, Math.max(0, start - behind.length), Math.max(0, end - behind.length));
    }
  }
  return isFound;
}

/** Stretches that are masked, and those between. */
function runs(isFound: readonly boolean[]): readonly { start: number; end: number; masked: boolean }[] {
  const stretches: { start: number; end: number; masked: boolean }[] = [];
  for (let start = 0; start < isFound.length; ) {
    let end = start;
    while (end < isFound.length && isFound[end] === isFound[start]) end++;
    stretches.push({ start, end, masked: isFound[start] === true });
    start = end;
  }
  return stretches;
}

/** Short texts are tried range by range with a policy's own expressions, which is slow and plainly right. */
function findings(text: string, { name, find, matches }: Detector): readonly (readonly [start: number, end: number])[] {
  if (!name.startsWith("/") || text.length > 60) return find(text).map(({ start, end }) => [start, end]);
  const found: [number, number][] = [];
  for (let start = 0; start < text.length; start++) {
    for (let end = start + 1; end <= text.length; end++) if (matches(text.slice(start, end))) found.push([start, end]);
  }
  return found;
}

/** A text that is JSON, as whoever reads it will take it. */
function jsonOf(text: string): Value | undefined {
  return /^\s{0,64}[[{"\d-]/.test(text) ? attemptJson(text) : undefined;
}

function attemptJson(text: string): Value | undefined {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}
