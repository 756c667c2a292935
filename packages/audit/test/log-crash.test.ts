import { expect, test } from "vitest";
import { claimedHead } from "../src/index.ts";
import { createAuditLog, type LogOptions, openAuditLog, verifyLog } from "../src/node/index.ts";

import { CrashingDisk, randomOf } from "./crashing-disk.ts";
import { callsOf, decision, key, origin } from "./node-logs.ts";

const { signer, verifier } = await key(1);
const next = await key(2);

/** Times that go on by themselves, so that retention has something to delete. */
function clock() {
  let now = 1_795_341_600_000;
  return () => (now += 1);
}

async function logOf(records: number): Promise<ReadonlyMap<string, Buffer>> {
  const disk = new CrashingDisk(randomOf(0));
  await createAuditLog("", { origin, signer, disk });
  const log = await openAuditLog("", { signer, disk, durability: { sync: "interval", ms: 1000 } });
  for (let n = 0; n < records; n += 1) await log.append(decision(n));
  await log.close();
  return disk.left("kill");
}

// So that tiles become full, files are begun, and the level above has something, within a few records.
const before = 250;
const files = await logOf(before);
const calls = Array.from({ length: before }, (_, n) => `call ${n}`);

/** Works on a log until it crashes, and says what was kept. */
async function work(disk: CrashingDisk, options: Omit<LogOptions, "signer" | "disk">): Promise<readonly string[]> {
  const kept: string[] = [];
  const run = async () => {
    const log = await openAuditLog("", { signer, disk, now: clock(), ...options });
    for (let n = before; n < before + 60; ) {
      const together = Array.from({ length: 1 + (n % 4) }, (_, at) =>
        decision(n + at, { method: "x".repeat(50 * (n % 7)) }),
      );
      n += together.length;
      await Promise.all(
        together.map(async (record) => {
          await log.append(record);
          kept.push(record.id);
        }),
      );
      if (n % 20 < 3) await log.checkpoint();
      if (n > before + 40 && n % 5 === 0) await log.prune(1_795_341_600_000 + n - 20);
    }
    await log.close();
  };
  await Promise.race([run(), disk.stopped]);
  return kept;
}

const everyRecord = { durability: { sync: "every record" }, checkpointEvery: 0, segment: { bytes: 4_000 } } as const;
const interval = { durability: { sync: "interval", ms: 1 }, checkpointEvery: 0, segment: { bytes: 4_000 } } as const;

const whole = new CrashingDisk(randomOf(0), undefined, files);
await work(whole, everyRecord);
const changes = whole.changes;

test("there is something to crash in", () => expect(changes).toBeGreaterThan(100));

test.for([
  ["every record", "kill", everyRecord],
  ["every record", "power", everyRecord],
  ["interval", "kill", interval],
  ["interval", "power", interval],
] as const)(
  "sync %s: after a crash by %s at any change the log opens, verifies, and holds what it kept",
  async ([sync, by, options]) => {
    for (let crashAt = 2; crashAt < changes + 20; crashAt += by === "power" ? 3 : 7) {
      const about = `${by} at change ${crashAt}`;
      const disk = new CrashingDisk(randomOf(crashAt), crashAt, files);
      const kept = await work(disk, options);
      const after = new CrashingDisk(randomOf(1), undefined, disk.left(by));
      const log = await openAuditLog("", { signer, disk: after, ...everyRecord, segment: {} }).catch((problem) =>
        expect.fail(`${about}: ${problem}`),
      );
      await log.append(decision(9_999));
      await log.close();

      const checkpoints = disk.puts.filter(({ path }) => path === "checkpoint");
      const report = await verifyLog("", {
        trusted: [verifier],
        kept: checkpoints.map(({ bytes }) => ({ name: `of ${claimedHead(bytes)?.size}`, bytes })),
        disk: after,
      });
      expect(report.findings, about).toEqual([]);

      const held = await callsOf(after);
      const pruned = report.pruned;
      // The log's first record is its own.
      const all = [...calls, ...Array.from({ length: 70 }, (_, n) => `call ${before + n}`)];
      expect(held.at(-1), about).toBe("call 9999");
      expect(held.slice(0, -1), about).toEqual(
        all.slice(all.indexOf(held[0]!), all.indexOf(held[0]!) + held.length - 1),
      );
      if (pruned === 0) expect(held[0], about).toBe("call 0");
      if (sync === "every record") {
        for (const id of kept.slice(-20)) expect(held, `${about}: ${id} was kept`).toContain(id);
      }
    }
  },
);

test("a partial tile of a head that was begun, and lies far behind when the log goes on, is nothing that anybody signed", async () => {
  const disk = new CrashingDisk(randomOf(0), undefined, files);
  const open = (on: CrashingDisk) => openAuditLog("", { signer, disk: on, durability: { sync: "interval", ms: 1000 } });
  const log = await open(disk);
  await log.checkpoint();
  const signed = disk.left("kill");
  for (let n = 0; n < 700; n += 1) await log.append(decision(before + n));
  await log.close();
  // All records are there; the checkpoint is the one before, with its tiles; of the one between them there is an empty file.
  const left = new Map([...disk.left("kill")].filter(([path]) => !path.includes(".p/")));
  for (const [path, bytes] of signed) if (path === "checkpoint" || path.includes(".p/")) left.set(path, bytes);
  left.set("tile/0/001.p/44", Buffer.alloc(0));

  const after = new CrashingDisk(randomOf(1), undefined, left);
  await (await open(after)).close();
  const report = await verifyLog("", { trusted: [verifier], kept: [], disk: after });
  expect(report.findings).toEqual([]);
  expect([...after.left("kill").keys()].filter((path) => path.startsWith("tile/0/001.p"))).toEqual([]);
});

test("a change of keys that crashed anywhere can be made again, or has been made", async () => {
  const change = async (disk: CrashingDisk) => {
    const log = await openAuditLog("", { signer, disk, ...everyRecord });
    await log.append(decision(before));
    await log.changeKey(next.signer);
    await log.append(decision(before + 1));
    await log.close();
  };
  const all = new CrashingDisk(randomOf(0), undefined, files);
  await change(all);
  for (let crashAt = 2; crashAt <= all.changes; crashAt += 1) {
    const disk = new CrashingDisk(randomOf(crashAt), crashAt, files);
    await Promise.race([change(disk), disk.stopped]);
    const after = new CrashingDisk(randomOf(1), undefined, disk.left(crashAt % 2 === 0 ? "kill" : "power"));
    const isDone = (await after.read("keys"))!.toString().includes(next.signer.key);
    const log = await openAuditLog("", { signer: isDone ? next.signer : signer, disk: after, ...everyRecord }).catch(
      (problem) => expect.fail(`at change ${crashAt}: ${problem}`),
    );
    if (!isDone) await log.changeKey(next.signer);
    await log.append(decision(before + 2));
    await log.close();
    for (const trusted of [verifier, next.verifier]) {
      const report = await verifyLog("", { trusted: [trusted], disk: after });
      expect(report.findings, `at change ${crashAt}, trusting ${trusted.id}`).toEqual([]);
      expect(report.head?.size).toBeGreaterThan(before);
    }
  }
});
