import { isRecord, type JsonObject, type Value } from "@mcpolicy/core";

/** Terminal control sequences (ECMA-48): CSI, OSC, other strings, single escapes. Each part excludes ESC, so that the whole is linear. */
const escapes =
  /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]{0,4096}(?:\u0007|\u001b\\)?|\u001b[PX^_][^\u001b]{0,4096}(?:\u001b\\)?|\u001b[ -/]*[0-~]?|\u009b[0-?]*[ -/]*[@-~]/g;

/**
 * Characters that show nothing or change how others are read: controls but tab and line ends; soft hyphen; bidirectional marks and overrides
 * ("Trojan Source", CVE-2021-42574); zero-width ones; tags (U+E0000), with which whole instructions can be hidden; runs of variation
 * selectors, with which bytes can be. Joiners stay where scripts and emoji need them, variation selectors where one stands by itself, tags in
 * the flags of regions.
 */
const hidden =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f\p{M}[\p{L}--[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]]])[\u200c\u200d]|(?<=[\ufe00-\ufe0f\u{e0100}-\u{e01ef}])[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]|(?<!\p{Unified_Ideograph})[\u{e0100}-\u{e01ef}]|(?<!\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{0,6})[\u{e0000}-\u{e00ff}]|[\u{e01f0}-\u{e0fff}]/gv;

/** Whether a text holds anything that either of these could be about: nearly none does. */
const suspicious =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\udb40-\udb43]|[\ufe00-\ufe0f]/;

/** A text without what nobody sees and without terminal escapes; the same text where there are none. */
export function cleanText(text: string): string {
  return suspicious.test(text) ? text.replace(escapes, "").replace(hidden, "") : text;
}

/** A JSON value with all its texts and names clean; the same value where they are. Bytes in base64 hold no such characters. */
export function cleanValue<V extends Value>(value: V): V;
export function cleanValue(value: Value): Value {
  if (typeof value === "string") return cleanText(value);
  if (Array.isArray(value)) return cleanList(value);
  return isRecord(value) ? cleanRecord(value) : value;
}

function cleanList(list: readonly Value[]): readonly Value[] {
  let changed: Value[] | undefined;
  for (let at = 0; at < list.length; at++) {
    const item = list[at] as Value;
    const clean = cleanValue(item);
    if (clean === item && changed === undefined) continue;
    changed ??= list.slice(0, at);
    changed.push(clean);
  }
  return changed ?? list;
}

function cleanRecord(record: JsonObject): JsonObject {
  // Names that `Object.prototype` lends are looked at too: that can only say too often that there is something to clean.
  for (const name in record) {
    const value = record[name] as Value;
    if (
      cleanText(name) === name &&
      (typeof value !== "object" || value === null ? isClean(value) : cleanValue(value) === value)
    ) {
      continue;
    }
    // A name that is clean only now does not take the place of one that was before.
    const clean = new Map(Object.entries(record).map(([each, part]) => [cleanText(each), cleanValue(part)]));
    for (const [each, part] of Object.entries(record)) if (clean.has(each)) clean.set(each, cleanValue(part));
    return Object.fromEntries(clean);
  }
  return record;
}

function isClean(value: Value): boolean {
  return typeof value !== "string" || cleanText(value) === value;
}
