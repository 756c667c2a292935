import { intake, isRecord, type JsonObject, type Revocation, read } from "@mcpolicy/core";

/**
 * A revocation as one line of JSON, for people too: times as RFC 3339. `revokedAt` and `reason` are notes.
 *
 *     {"kind":"subject","id":"dev@example.com","issuedBefore":"2026-11-22T10:01:00.000Z","until":"2026-12-22T10:00:00.000Z"}
 */
export function revocationLine(
  revocation: Revocation,
  notes: { readonly revokedAt?: number; readonly reason?: string } = {},
): string {
  const { kind, issuer } = revocation;
  return JSON.stringify({
    kind,
    ...(issuer === undefined ? {} : { issuer }),
    ...(revocation.kind === "issuer" ? {} : { id: revocation.id }),
    ...(revocation.kind === "id" ? {} : { issuedBefore: new Date(revocation.issuedBefore).toISOString() }),
    until: new Date(revocation.until).toISOString(),
    ...(notes.revokedAt === undefined ? {} : { revokedAt: new Date(notes.revokedAt).toISOString() }),
    ...(notes.reason === undefined ? {} : { reason: notes.reason }),
  });
}

const known: ReadonlySet<string> = new Set(["kind", "issuer", "id", "issuedBefore", "until", "revokedAt", "reason"]);

/** The revocation in a line; undefined where it is none: what is not understood must not be passed over. */
export function parseRevocation(line: string): Revocation | undefined {
  const taken = intake(line);
  const record = taken.kind === "value" ? taken.value : undefined;
  if (!isRecord(record) || !Object.keys(record).every((name) => known.has(name))) return undefined;
  const { kind, issuer, id } = record;
  const [until, issuedBefore] = [timeIn(record, "until"), timeIn(record, "issuedBefore")];
  if (until === undefined || (issuer !== undefined && typeof issuer !== "string")) return undefined;
  const from = issuer === undefined ? {} : { issuer };
  const has = (name: string): boolean => Object.hasOwn(record, name);
  switch (kind) {
    case "id":
      return typeof id === "string" && !has("issuedBefore") ? { kind, ...from, id, until } : undefined;
    case "subject":
    case "client":
      return typeof id === "string" && issuedBefore !== undefined
        ? { kind, ...from, id, issuedBefore, until }
        : undefined;
    case "issuer":
      return issuer !== undefined && issuedBefore !== undefined && !has("id")
        ? { kind, issuer, issuedBefore, until }
        : undefined;
    default:
      return undefined;
  }
}

function timeIn(record: JsonObject, name: string): number | undefined {
  const value = Object.hasOwn(record, name) ? record[name] : undefined;
  return typeof value === "string" ? (read({ kind: "time" }, value, undefined) as number | undefined) : undefined;
}
