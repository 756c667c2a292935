import {
  type AuditRecord,
  type DecisionRecord,
  fromHex,
  isRecord,
  type KeptValues,
  recordSalt,
  saltedDigest,
  toHex,
  type Value,
} from "@mcpolicy/core";

/** One value of a record, with the salt by which its digest can be tried: it tells nothing of any other value. */
export interface Disclosure {
  /** `/arguments/path`, `/context/ticket`, `/caller/attributes/team`. */
  readonly path: string;
  readonly value: Value;
  /** 64 hexadecimal digits. */
  readonly salt: string;
}

/** Whether a value is the one behind a digest of a record, by the log's secret. False where there is no such digest. */
export function isBehind(secret: Uint8Array, record: DecisionRecord, path: string, value: Value): boolean {
  const digest = digestAt(record, path);
  return digest !== undefined && digest === saltedDigest(recordSalt(secret, record.id)(path), value);
}

/** Discloses a value of a record; undefined where it is not the one behind the digest. */
export function disclose(
  secret: Uint8Array,
  record: DecisionRecord,
  path: string,
  value: Value,
): Disclosure | undefined {
  if (!isBehind(secret, record, path, value)) return undefined;
  return { path, value, salt: toHex(recordSalt(secret, record.id)(path)) };
}

/** Whether what is disclosed is what the record's digest stands for. */
export function isDisclosed(record: AuditRecord, { path, value, salt }: Disclosure): boolean {
  const bytes = fromHex(salt);
  if (record.kind !== "decision" || bytes?.length !== 32) return false;
  return digestAt(record, path) === saltedDigest(bytes, value);
}

/** The digest at a path of a record. */
export function digestAt(record: DecisionRecord, path: string): string | undefined {
  const at = places.find(({ prefix }) => path.startsWith(prefix));
  const kept = at?.kept(record);
  const name = path.slice(at?.prefix.length);
  return kept?.kept === "hashed" && Object.hasOwn(kept.digests, name) ? kept.digests[name] : undefined;
}

const places: readonly {
  readonly prefix: string;
  readonly kept: (record: DecisionRecord) => KeptValues | undefined;
}[] = [
  { prefix: "/arguments/", kept: (record) => record.arguments },
  { prefix: "/context/", kept: (record) => record.context },
  { prefix: "/caller/attributes/", kept: (record) => record.caller?.attributes },
];

/** Reads disclosures from JSON, without what else stands there; undefined where they are none. */
export function toDisclosures(json: unknown): readonly Disclosure[] | undefined {
  if (!Array.isArray(json)) return undefined;
  const read = json.map(toDisclosure);
  return read.every((each) => each !== undefined) ? read : undefined;
}

function toDisclosure(json: unknown): Disclosure | undefined {
  if (!isRecord(json) || typeof json["path"] !== "string" || typeof json["salt"] !== "string") return undefined;
  const { path, salt, value } = json;
  return value === undefined ? undefined : { path, value, salt };
}
