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

/**
 * A result as it leaves (language.md, "redact"): what is found in its texts and numbers is masked, but for the words of the protocol
 * and for bytes.
 */
export function maskedResult<R extends object>(result: R, detectors: readonly Detector[]): R {
  const masked = Object.entries(result).map(([name, part]: [string, Value]) => {
    if (name === "isError") return [name, part];
    if (name !== "content") return [name, maskedField(name, part, detectors)];
    return [name, (part as readonly JsonObject[]).map((block) => maskedBlock(block, detectors))];
  });
  return Object.fromEntries(masked) as R;
}

function maskedBlock(block: JsonObject, detectors: readonly Detector[]): JsonObject {
  const { type } = block;
  const bytes = type === "image" || type === "audio";
  const known = bytes || type === "text" || type === "resource" || type === "resource_link";
  const stays = (name: string): boolean =>
    known &&
    (name === "type" || (bytes && name === "data") || (name === "mimeType" && (bytes || type === "resource_link")));
  const masked = Object.entries(block).map(([name, part]): [string, Value] => {
    if (stays(name)) return [name, part];
    if (type !== "resource" || name !== "resource" || !isRecord(part)) return [name, maskedValue(part, "", detectors)];
    const inner = Object.entries(part).map(([field, value]): [string, Value] => {
      return [field, field === "mimeType" || field === "blob" ? value : maskedValue(value, "", detectors)];
    });
    return [name, Object.fromEntries(inner)];
  });
  return Object.fromEntries(masked);
}

/** `behind`: what a text or number stands behind, its field's name. */
function maskedValue(value: Value, behind: string, detectors: readonly Detector[]): Value {
  if (typeof value === "number") return mask(String(value), behind, detectors) === String(value) ? value : "[redacted]";
  if (typeof value === "string") {
    const json = /^\s{0,64}[[{]/.test(value) ? attemptJson(value) : undefined;
    const inside = json === undefined ? undefined : maskedValue(json, "", detectors);
    const isChanged = JSON.stringify(inside) !== JSON.stringify(json);
    return mask(isChanged ? JSON.stringify(inside) : value, behind, detectors);
  }
  if (Array.isArray(value)) return value.map((item: Value) => maskedValue(item, "", detectors));
  if (!isRecord(value)) return value;
  const names = new Set<string>();
  const fields = Object.entries(value).map(([name, part]): [string, Value] => {
    const bare = mask(name, "", detectors);
    let masked = bare;
    for (let count = 2; names.has(masked); count++) masked = `${bare} ${count}`;
    names.add(masked);
    return [masked, maskedField(name, part, detectors)];
  });
  return Object.fromEntries(fields);
}

function maskedField(name: string, part: Value, detectors: readonly Detector[]): Value {
  return maskedValue(part, `${name}: `, detectors);
}

/** Character by character: masked is what lies in some finding; what is left between is looked through again, by itself. */
function mask(text: string, behind: string, detectors: readonly Detector[], rounds = 8): string {
  const isFound = Array.from({ length: text.length }, () => false);
  for (const detector of detectors) {
    for (const [start, end] of findings(text, detector)) isFound.fill(true, start, end);
    if (behind === "") continue;
    for (const [start, end] of findings(behind + text, detector)) {
      isFound.fill(true, Math.max(0, start - behind.length), Math.max(0, end - behind.length));
    }
  }
  if (!isFound.includes(true)) return text;
  if (rounds === 0) return "[redacted]";
  let masked = "";
  for (let at = 0; at < text.length; ) {
    let end = at;
    while (end < text.length && isFound[end] === isFound[at]) end++;
    masked += isFound[at] ? "[redacted]" : mask(text.slice(at, end), behind, detectors, rounds - 1);
    at = end;
  }
  return masked;
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

function attemptJson(text: string): Value | undefined {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}
