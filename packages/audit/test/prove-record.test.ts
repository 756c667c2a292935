import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { recordSalt, saltedDigest } from "@mcpolicy/core";
import { describe, expect, test } from "vitest";
import { digestAt, disclose, isBehind, verifyProof } from "../src/index.ts";
import { type FoundRecord, findRecord, proveRecord, readRecords } from "../src/node/index.ts";
import { decision, freshLog, key, recordsOf } from "./node-logs.ts";

const { verifier } = await key(1);
const stranger = await key(2);
const secret = new Uint8Array(32).fill(9);
const bytes = (text: string) => new TextEncoder().encode(text);

function salted(n: number) {
  const id = `call ${n}`;
  const digest = (path: string, value: unknown) => saltedDigest(recordSalt(secret, id)(path), value);
  return decision(n, {
    arguments: { kept: "hashed", digests: { path: digest("/arguments/path", "/w/a"), n: digest("/arguments/n", n) } },
    context: { kept: "hashed", digests: { ticket: digest("/context/ticket", "T") } },
    caller: {
      id: "dev",
      roles: [],
      attributes: { kept: "hashed", digests: { team: digest("/caller/attributes/team", "core") } },
    },
  });
}

async function logOf(count: number) {
  const { folder, log } = await freshLog({ segment: { bytes: 50_000 } });
  await Promise.all(Array.from({ length: count }, (_, n) => log.append(salted(n))));
  await log.close();
  return folder;
}

const byId = (folder: string, id: string) =>
  findRecord(folder, (record) => record.kind === "decision" && record.id === id) as Promise<FoundRecord>;

describe("a proof of a record", () => {
  test("holds for each record, with the public key alone", async () => {
    const folder = await logOf(600);
    for (const n of [0, 1, 254, 255, 256, 511, 512, 599]) {
      const found = await byId(folder, `call ${n}`);
      expect(found.index).toBe(n + 1);
      const proof = await proveRecord(folder, found, [verifier]);
      expect(await verifyProof(bytes(proof), [verifier])).toEqual({
        kind: "holds",
        index: n + 1,
        record: salted(n),
        disclosed: [],
        head: expect.objectContaining({ size: 601 }),
        by: [verifier],
      });
      expect(await verifyProof(bytes(proof), [stranger.verifier])).toMatchObject({ kind: "refused" });
    }
  });

  test("says nothing after any flip of a bit", async () => {
    const folder = await logOf(20);
    const found = await byId(folder, "call 7");
    const disclosed = [disclose(secret, found.record as ReturnType<typeof salted>, "/arguments/path", "/w/a")!];
    const proof = bytes(await proveRecord(folder, found, [verifier], { disclosed }));
    for (let bit = 0; bit < 8 * proof.length; bit += 3) {
      const flipped = proof.map((byte, at) => (at === Math.floor(bit / 8) ? byte ^ (1 << (bit % 8)) : byte));
      const verdict = await verifyProof(flipped, [verifier]);
      expect(verdict.kind, `bit ${bit}`).toBe("refused");
    }
  });

  test("discloses values that the digests stand for, and no others", async () => {
    const folder = await logOf(5);
    const { record, ...found } = await byId(folder, "call 3");
    if (record.kind !== "decision") throw new Error("another record");
    const path = disclose(secret, record, "/arguments/path", "/w/a")!;
    const team = disclose(secret, record, "/caller/attributes/team", "core")!;
    const proof = await proveRecord(folder, { record, ...found }, [verifier], { disclosed: [path, team] });
    expect(await verifyProof(bytes(proof), [verifier])).toMatchObject({ kind: "holds", disclosed: [path, team] });

    expect(disclose(secret, record, "/arguments/path", "/w/b")).toBeUndefined();
    expect(disclose(secret, record, "/arguments/none", "/w/a")).toBeUndefined();
    expect(disclose(secret, record, "/elsewhere/path", "/w/a")).toBeUndefined();
    expect(isBehind(new Uint8Array(32), record, "/arguments/path", "/w/a")).toBe(false);
    expect(digestAt(record, "/context/ticket")).toMatch(/^salted-sha256-/);
    expect(digestAt(record, "/arguments/__proto__")).toBeUndefined();

    for (const lie of [
      { ...path, value: "/w/b" },
      { ...path, salt: team.salt },
      { ...path, path: "/arguments/n" },
      { ...path, salt: "00" },
    ]) {
      await expect(proveRecord(folder, { record, ...found }, [verifier], { disclosed: [lie] })).rejects.toMatchObject({
        code: "damaged",
      });
    }
  });

  test("is not made of a record that is unsigned, changed or of another key's log, or whose tiles are gone", async () => {
    const folder = await logOf(300);
    const found = await byId(folder, "call 3");
    const fails = (what: FoundRecord, known = [verifier]) => expect(proveRecord(folder, what, known)).rejects;
    await fails({ ...found, index: 301 }).toMatchObject({ code: "record" });
    await fails({ ...found, line: found.line.replace("dev", "dex") }).toMatchObject({ code: "damaged" });
    await fails({ ...found, index: 5 }).toMatchObject({ code: "damaged" });
    await fails(found, [stranger.verifier]).toMatchObject({ code: "wrong-key" });
    rmSync(join(folder, "tile/0/000"));
    await fails(found).toMatchObject({ code: "damaged" });
    rmSync(join(folder, "checkpoint"));
    await fails(found).toMatchObject({ code: "absent" });
  });

  test("of other forms is refused", async () => {
    for (const text of ["", "c2sp.org/tlog-proof@v1\nindex 0\n\n", "x"]) {
      expect(await verifyProof(bytes(text), [verifier])).toMatchObject({ kind: "refused" });
    }
  });
});

describe("reading records", () => {
  test("begins where it is told, skips lines, and ends when it is told", async () => {
    const folder = await logOf(300);
    const indices: number[] = [];
    const end = await readRecords(
      folder,
      async (_record, _line, index) => {
        indices.push(index);
        return index < 252;
      },
      { from: 249, accepts: (line) => !line.includes('"call 250"') },
    );
    expect(indices).toEqual([249, 250, 252]);
    expect(end.unreadable).toBe(0);
    expect(await readRecords(folder, () => {})).toEqual({ first: 0, end: 301, unreadable: 0 });
  });

  test("counts what is no record", async () => {
    const folder = await logOf(2);
    const [name] = ["records/0000000000000000.ndjson"];
    appendFileSync(join(folder, name!), "{}\nnothing\n");
    expect(await readRecords(folder, () => {})).toEqual({ first: 0, end: 5, unreadable: 2 });
    expect(await recordsOf(folder)).toHaveLength(5);
    writeFileSync(join(folder, name!), readFileSync(join(folder, name!), "utf8").replace(/\n[^\n]*\n$/, ""));
  });
});
