import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { AuditRecord } from "@mcpolicy/core";
import { recordSalt } from "@mcpolicy/core";
import { describe, expect, test, vi } from "vitest";
import { claimedHead, openCheckpoint } from "../src/index.ts";
import { createAuditLog, diskAt, type LogEvent, openAuditLog, verifyLog } from "../src/node/index.ts";
import { takeLock } from "../src/node/lock.ts";

import { failingDisk, noSpace } from "./failing-disk.ts";
import { callsOf, decision, freshFolder, freshLog, key, origin, recordsOf, reopened } from "./node-logs.ts";

const { signer, verifier } = await key(1);
const interval = { durability: { sync: "interval", ms: 10_000 } } as const;

const holds = async (folder: string, trusted = [verifier]) => (await verifyLog(folder, { trusted })).findings;
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, n) => from + n);
const ids = (count: number, from = 0) => numbers(count, from).map((n) => `call ${n}`);

describe("a new log", () => {
  test("says in its first record by whom it is signed", async () => {
    const { folder, log } = await freshLog();
    expect(log.size).toBe(1);
    expect(await recordsOf(folder)).toMatchObject([
      { kind: "notice", what: "log-created", text: `the log ${origin} begins`, keys: { present: signer.key } },
    ]);
    await log.close();
    expect(readdirSync(folder).sort()).toEqual(["checkpoint", "keys", "records", "tile"]);
    expect(readFileSync(join(folder, "keys"), "utf8")).toBe(`${signer.key}\n`);
    expect(await holds(folder)).toEqual([]);
  });

  test("is not made where one is", async () => {
    const { folder } = await freshLog();
    await expect(createAuditLog(folder, { origin, signer })).rejects.toMatchObject({ code: "locked" });
    const other = freshFolder();
    await createAuditLog(other, { origin, signer });
    await expect(createAuditLog(other, { origin, signer })).rejects.toMatchObject({ code: "present" });
  });
});

describe("opening", () => {
  test("makes no log, and not the folder either", async () => {
    const folder = join(freshFolder(), "nowhere");
    await expect(reopened(folder)).rejects.toMatchObject({ code: "absent" });
    expect(existsSync(folder)).toBe(false);
  });

  test("asks for the log's key", async () => {
    const { folder, log } = await freshLog();
    await log.close();
    await expect(reopened(folder, { signer: (await key(2)).signer })).rejects.toMatchObject({ code: "wrong-key" });
  });

  test("asks for a secret of 32 bytes", async () => {
    const { folder, log } = await freshLog();
    await log.close();
    await expect(reopened(folder, { secret: new Uint8Array(31) })).rejects.toMatchObject({ code: "wrong-key" });
    const secret = new Uint8Array(32).fill(3);
    const salted = await reopened(folder, { secret });
    expect(salted.saltOf?.("call 1")("/arguments/path")).toEqual(recordSalt(secret, "call 1")("/arguments/path"));
    expect(log.saltOf).toBeUndefined();
  });

  test("goes on where the log ended, over tiles and files of records", async () => {
    const { folder, log } = await freshLog({ segment: { bytes: 20_000 } });
    let open = log;
    for (let round = 0; round < 6; round += 1) {
      await Promise.all(numbers(100, 100 * round).map((n) => open.append(decision(n))));
      await open.close();
      expect(await holds(folder)).toEqual([]);
      open = await reopened(folder, { segment: { bytes: 20_000 } });
    }
    expect(await callsOf(folder)).toEqual(ids(600));
    expect(readdirSync(join(folder, "records")).length).toBeGreaterThan(3);
    expect(open.size).toBe(601);
    expect(readdirSync(join(folder, "tile/0")).sort()).toEqual(["000", "001", "002.p"]);
    expect(readdirSync(join(folder, "tile/0/002.p"))).toEqual(["89"]);
  });
});

describe("sync every record", () => {
  test("settles once the record is on the disk, in the order of the calls", async () => {
    const { folder, log } = await freshLog();
    for (const n of numbers(5)) {
      await log.append(decision(n));
      expect(await callsOf(folder)).toEqual(ids(n + 1));
    }
    await Promise.all(numbers(50, 5).map((n) => log.append(decision(n))));
    expect(await callsOf(folder)).toEqual(ids(55));
  });

  test("waits once for many", async () => {
    let syncs = 0;
    const folder = freshFolder();
    await createAuditLog(folder, { origin, signer });
    const disk = failingDisk(diskAt(folder), (change) => {
      if (change === "sync") syncs += 1;
    });
    const log = await reopened(folder, { disk, checkpointEvery: 1e6 });
    syncs = 0;
    await Promise.all(numbers(1_000).map((n) => log.append(decision(n))));
    expect(syncs).toBe(1);
  });
});

describe("sync by interval", () => {
  test("takes records at once, and puts them on the disk when it is time", async () => {
    const { folder, log } = await freshLog({ durability: { sync: "interval", ms: 20 } });
    expect(log.append(decision(0))).toBeUndefined();
    expect(await callsOf(folder)).toEqual([]);
    while (log.size < 2) await sleep(5);
    expect(await callsOf(folder)).toEqual(ids(1));
  });

  test("lets records wait where the disk is slower than the interval", async () => {
    const folder = freshFolder();
    await createAuditLog(folder, { origin, signer });
    let release = () => {};
    let isSlow = false;
    let isSyncing = false;
    const disk = failingDisk(diskAt(folder), async (change) => {
      if (change !== "sync" || !isSlow) return;
      isSyncing = true;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    const log = await reopened(folder, { disk, durability: { sync: "interval", ms: 20 } });
    isSlow = true;
    expect(log.append(decision(0))).toBeUndefined();
    while (!isSyncing) await sleep(5);
    await sleep(25);
    const second = log.append(decision(1));
    expect(second).toBeInstanceOf(Promise);
    isSlow = false;
    release();
    await second;
    expect(await callsOf(folder)).toEqual(ids(2));
  });

  test("keeps many and large records that come at once, one behind the other", async () => {
    const { folder, log } = await freshLog(interval);
    const sizes = numbers(500).map((n) => (n % 50 === 49 ? 1_500_000 : n % 7 === 3 ? 40_000 : 10));
    for (const round of [0, 1]) {
      for (const [at, size] of sizes.entries()) {
        await log.append(decision(500 * round + at, { notes: ["é".repeat(size)] }));
      }
      await log.checkpoint();
    }
    await log.close();
    expect(await callsOf(folder)).toEqual(ids(1_000));
    expect(await holds(folder)).toEqual([]);
  });

  test("keeps all when it is closed", async () => {
    const { folder, log } = await freshLog(interval);
    for (const n of numbers(1_000)) expect(log.append(decision(n))).toBeUndefined();
    await log.close();
    expect(await callsOf(folder)).toEqual(ids(1_000));
    expect(await holds(folder)).toEqual([]);
  });

  test("makes whoever comes too fast wait", async () => {
    const { log } = await freshLog(interval);
    const large = decision(0, { notes: ["x".repeat(1_000_000)] });
    const waits = numbers(12).map(() => log.append(large));
    expect(waits[0]).toBeUndefined();
    expect(waits.at(-1)).toBeInstanceOf(Promise);
    await Promise.all(waits);
    expect(log.size).toBe(13);
  });
});

describe("records", () => {
  test("that are no JSON, or too large, are not kept, and the next are", async () => {
    const { log } = await freshLog();
    expect(() => log.append({ ...decision(0), at: Number.NaN })).toThrow(expect.objectContaining({ code: "record" }));
    const huge = decision(0, { notes: ["x".repeat(33 * 1024 * 1024)] });
    expect(() => log.append(huge)).toThrow(expect.objectContaining({ code: "record" }));
    await log.append(decision(1));
    expect(log.size).toBe(2);
  });

  test("of a closed log are refused", async () => {
    const { folder, log } = await freshLog(interval);
    log.append(decision(0));
    const closing = log.close();
    expect(() => log.append(decision(1))).toThrow(expect.objectContaining({ code: "closed" }));
    await closing;
    await log.close();
    expect(() => log.append(decision(1))).toThrow(expect.objectContaining({ code: "closed" }));
    expect(await callsOf(folder)).toEqual(ids(1));
  });
});

describe("checkpoints", () => {
  test("cover what was taken when they are asked for", async () => {
    const { log } = await freshLog(interval);
    for (const n of numbers(300)) log.append(decision(n));
    const opened = await openCheckpoint(await log.checkpoint(), [verifier]);
    expect(opened).toMatchObject({ kind: "opened", head: { origin, size: 301 } });
    expect(log.head.size).toBe(301);
  });

  test("are made by themselves while records come", async () => {
    const { folder, log } = await freshLog({ checkpointEvery: 20 });
    for (const n of numbers(20)) {
      await log.append(decision(n));
      await sleep(5);
    }
    while (log.head.size < 21) await sleep(5);
    expect(claimedHead(readFileSync(join(folder, "checkpoint")))).toMatchObject({ size: 21 });
  });

  test("that cannot be made are reported, and tried again", async () => {
    const folder = freshFolder();
    await createAuditLog(folder, { origin, signer });
    let isFull = false;
    const disk = failingDisk(diskAt(folder), (change) => {
      if (isFull && (change === "put" || change === "write")) throw noSpace();
    });
    const events: LogEvent[] = [];
    const log = await reopened(folder, {
      disk,
      checkpointEvery: 0,
      segment: { bytes: 2_000 },
      report: (event) => events.push(event),
    });
    isFull = true;
    for (const n of numbers(20)) await log.append(decision(n));
    await expect(log.checkpoint()).rejects.toMatchObject({ code: "away" });
    expect(events).toEqual([
      expect.objectContaining({ kind: "unsigned", text: expect.stringContaining("no space left") }),
    ]);
    expect(readdirSync(join(folder, "records")), "no new file before the present one is signed").toHaveLength(1);
    isFull = false;
    while (log.head.size < 21) await sleep(20);
    await log.close();
    expect(await callsOf(folder)).toEqual(ids(20));
    expect(await holds(folder)).toEqual([]);
  });

  test("that cannot be made for too long let no more records be taken", async () => {
    const folder = freshFolder();
    await createAuditLog(folder, { origin, signer });
    let isFull = false;
    const disk = failingDisk(diskAt(folder), (change) => {
      if (isFull && change === "put") throw noSpace();
    });
    const log = await reopened(folder, { disk, checkpointEvery: 0, mostUnsigned: 0 });
    isFull = true;
    await log.append(decision(0));
    await expect(log.checkpoint()).rejects.toMatchObject({
      code: "away",
      message: expect.stringContaining("no space left"),
    });
    await sleep(2);
    expect(() => log.append(decision(1))).toThrow(expect.objectContaining({ code: "away" }));
    isFull = false;
    await vi.waitFor(() => log.append(decision(2)), { timeout: 20_000 });
    await log.close();
    expect(await callsOf(folder)).toEqual(["call 0", "call 2"]);
    expect(await holds(folder)).toEqual([]);
  });
});

describe("a disk that takes nothing", () => {
  async function over(options: Parameters<typeof reopened>[1] = {}) {
    const folder = freshFolder();
    await createAuditLog(folder, { origin, signer });
    const fails = { add: false, sync: false, cut: false };
    const disk = failingDisk(diskAt(folder), (change) => {
      if (fails[change as keyof typeof fails]) throw noSpace();
    });
    const events: LogEvent[] = [];
    const log = await reopened(folder, { disk, report: (event) => events.push(event), ...options });
    return { folder, log, fails, events };
  }
  const notices = async (folder: string) =>
    (await recordsOf(folder)).flatMap((record) => (record?.kind === "notice" ? [record.what] : []));

  test("refuses records, leaves nothing half written, and says so once it is back", async () => {
    const { folder, log, fails, events } = await over();
    await log.append(decision(0));
    fails.add = true;
    for (const n of [1, 2]) await expect(log.append(decision(n))).rejects.toMatchObject({ code: "away" });
    expect(events).toEqual([
      { kind: "away", text: expect.stringMatching(/no space left.*Calls are denied meanwhile/) },
    ]);
    fails.add = false;
    await log.append(decision(3));
    await log.close();
    expect(events[1]).toEqual({
      kind: "back",
      text: expect.stringMatching(/2 were not kept, and their calls were denied/),
    });
    expect(await callsOf(folder)).toEqual(["call 0", "call 3"]);
    expect(await notices(folder)).toEqual(["log-created", "log-away"]);
    expect(await holds(folder)).toEqual([]);
  });

  test("leaves nothing of records that were written to the disk in part only", async () => {
    const folder = freshFolder();
    await createAuditLog(folder, { origin, signer });
    let adds = 0;
    const disk = failingDisk(diskAt(folder), (change) => {
      if (change === "add" && ++adds === 3) throw noSpace();
    });
    const log = await reopened(folder, { disk });
    adds = 0;
    const large = { notes: ["n".repeat(600_000)] };
    const kept = await Promise.allSettled(numbers(6).map((n) => log.append(decision(n, large))));
    expect(kept.map(({ status }) => status)).toEqual(Array(6).fill("rejected"));
    expect(adds).toBe(3);
    await log.append(decision(6));
    await log.close();
    expect(await callsOf(folder)).toEqual(["call 6"]);
    expect(await holds(folder)).toEqual([]);
  });

  test("lets calls go on without a record where it is told to, and counts them", async () => {
    const { folder, log, fails, events } = await over({ whenAway: "go on" });
    fails.add = true;
    await Promise.all([1, 2].map((n) => log.append(decision(n))));
    await log.append(decision(3));
    fails.add = false;
    await log.append(decision(4));
    await log.close();
    expect(events.map(({ kind }) => kind)).toEqual(["away", "back"]);
    expect(events[0]?.text).toContain("Calls go on WITHOUT a record");
    expect(events[1]?.text).toContain("3 were not kept, and their calls went on without");
    expect(await callsOf(folder)).toEqual(["call 4"]);
    expect(await notices(folder)).toEqual(["log-created", "log-away"]);
  });

  test("keeps what was taken by interval until it is back, and refuses more", async () => {
    const { folder, log, fails, events } = await over({ durability: { sync: "interval", ms: 1_000 } });
    fails.add = true;
    for (const n of numbers(3)) expect(log.append(decision(n))).toBeUndefined();
    while (events.length === 0) await sleep(5);
    expect(() => log.append(decision(3))).toThrow(expect.objectContaining({ code: "away" }));
    fails.add = false;
    while (events.length < 2) await sleep(20);
    await log.append(decision(4));
    await log.close();
    expect(events[1]?.text).toContain("1 were not kept, and their calls were denied");
    expect(await callsOf(folder)).toEqual([...ids(3), "call 4"]);
    expect(await holds(folder)).toEqual([]);
  });

  test.each(["sync", "cut"] as const)("is given up where %s fails too: nobody can tell what is there", async (what) => {
    const { folder, log, fails, events } = await over();
    await log.append(decision(0));
    fails[what] = true;
    fails.add = what === "cut";
    await expect(log.append(decision(1))).rejects.toMatchObject({ code: "away" });
    fails[what] = false;
    fails.add = false;
    expect(() => log.append(decision(2))).toThrow(expect.objectContaining({ code: "away" }));
    expect(events.at(-1)).toMatchObject({ kind: "away", final: true });
    await expect(log.close()).rejects.toMatchObject({ code: "away" });
    const again = await reopened(folder);
    await again.append(decision(3));
    await again.close();
    expect((await callsOf(folder)).filter((id) => id !== "call 1")).toEqual(["call 0", "call 3"]);
    expect(await holds(folder)).toEqual([]);
  });

  test("is full for real: appending rejects, and what was kept verifies", async () => {
    const folder = freshFolder();
    await createAuditLog(folder, { origin, signer });
    // A bound on the size of files stands for a full disk: writes are cut short, then fail.
    const child = spawn(
      "bash",
      [
        "-c",
        `ulimit -f 64; exec "$0" --conditions=@mcpolicy/source --no-warnings "$1" "$2"`,
        process.execPath,
        join(import.meta.dirname, "append-until-refused.ts"),
        folder,
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    await once(child, "close");
    const { kept, code, text, events } = JSON.parse(output);
    expect(code).toBe("away");
    expect(text).toContain("EFBIG");
    expect(events).toContain("away");
    expect(kept).toBeGreaterThan(100);
    expect(await callsOf(folder)).toEqual(ids(kept));
    const log = await reopened(folder);
    await log.append(decision(kept));
    await log.close();
    expect(await holds(folder)).toEqual([]);
  });
});

describe("the right to write", () => {
  test("belongs to one at a time, and is given back", async () => {
    const { folder, log } = await freshLog();
    await expect(reopened(folder)).rejects.toMatchObject({
      code: "locked",
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await log.close();
    await (await reopened(folder)).close();
    expect(existsSync(join(folder, "lock"))).toBe(false);
  });

  test("goes over from a process that was killed", async () => {
    const folder = freshFolder();
    await createAuditLog(folder, { origin, signer });
    const script = join(import.meta.dirname, "append-until-killed.ts");
    const child = spawn(process.execPath, ["--conditions=@mcpolicy/source", "--no-warnings", script, folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
      if (output.split("\n").length > 20) child.kill("SIGKILL");
    });
    await once(child, "close");
    const told = output.split("\n").slice(0, -1);
    const log = await reopened(folder);
    await log.close();
    const held = await callsOf(folder);
    expect(held.slice(0, told.length)).toEqual(told);
    expect(await holds(folder)).toEqual([]);
  });

  test("goes over from another machine once that is silent, and not before", async () => {
    const folder = freshFolder();
    const disk = diskAt(folder);
    const elsewhere = (alive: number) =>
      JSON.stringify({ token: "t", pid: 1, started: "1", place: "elsewhere boot pid:[1]", alive });
    writeFileSync(join(folder, "lock"), elsewhere(1));
    let alive = 1;
    const beat = setInterval(() => {
      alive += 1;
      writeFileSync(join(folder, "lock"), elsewhere(alive));
    }, 5);
    try {
      await expect(takeLock(disk, Date.now, 40)).rejects.toMatchObject({ code: "locked" });
    } finally {
      clearInterval(beat);
    }
    writeFileSync(join(folder, "lock"), elsewhere(alive));
    const lock = await takeLock(disk, Date.now, 5);
    expect(await lock.renew()).toBe(true);
    writeFileSync(join(folder, "lock"), elsewhere(3));
    expect(await lock.renew()).toBe(false);
    await lock.release();
    expect(existsSync(join(folder, "lock"))).toBe(true);
  });

  test("that is half written is waited for", async () => {
    const folder = freshFolder();
    writeFileSync(join(folder, "lock"), "");
    const lock = await takeLock(diskAt(folder), Date.now, 5);
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("is lost where somebody else writes all the same", async () => {
    const { folder, log } = await freshLog();
    await log.append(decision(0));
    appendFileSync(join(folder, "records/0000000000000000.ndjson"), "x\n");
    await expect(log.append(decision(1))).rejects.toMatchObject({
      code: "away",
      message: expect.stringContaining("somebody else wrote"),
    });
    expect(() => log.append(decision(2))).toThrow(expect.objectContaining({ code: "away" }));
  });
});

describe("after a crash", () => {
  const last = (folder: string) => join(folder, "records", readdirSync(join(folder, "records")).at(-1)!);

  test("a torn line is cut off, put aside, and told of", async () => {
    const { folder, log } = await freshLog();
    await log.append(decision(0));
    await log.close();
    appendFileSync(last(folder), '{"kind":"decis');
    const events: LogEvent[] = [];
    const again = await reopened(folder, { report: (event) => events.push(event) });
    await again.append(decision(1));
    await again.close();
    const text = expect.stringMatching(
      /^0 records came after the last signature.*; 14 bytes that were no whole record/,
    );
    expect(events).toEqual([{ kind: "recovered", text }]);
    expect((await recordsOf(folder))[2]).toMatchObject({ what: "log-recovered", text });
    const [cut] = readdirSync(join(folder, "cut"));
    expect(readFileSync(join(folder, "cut", cut!), "utf8")).toBe('{"kind":"decis');
    expect(await callsOf(folder)).toEqual(ids(2));
    expect(await holds(folder)).toEqual([]);
  });

  test("records that nobody signed are taken over as far as they are whole, and told of", async () => {
    const { folder, log } = await freshLog();
    await log.append(decision(0));
    await log.close();
    const other = await freshLog();
    await other.log.append(decision(1));
    await other.log.close();
    const line = readFileSync(last(other.folder), "utf8").split("\n")[1];
    appendFileSync(last(folder), `${line}\n{"at":1,"kind":"decision", "id":"not as a log writes it"}\n${line}\n`);
    await (await reopened(folder)).close();
    expect(await callsOf(folder)).toEqual(ids(2));
    expect((await recordsOf(folder)).at(-1)).toMatchObject({
      text: expect.stringMatching(/^1 records came after.*were no whole record/),
    });
    expect(await holds(folder)).toEqual([]);
  });

  test("a log that is not as it was signed is not opened, and left as it is", async () => {
    const changes: readonly (readonly [string, (folder: string) => void])[] = [
      [
        "a record is changed",
        (folder) => {
          const text = readFileSync(last(folder), "utf8");
          writeFileSync(last(folder), text.replace("call 250", "call 25x"));
        },
      ],
      ["records are gone", (folder) => truncateSync(last(folder), readFileSync(last(folder)).lastIndexOf(10, -2) + 1)],
      ["the file is gone", (folder) => writeFileSync(last(folder), "")],
      [
        "the checkpoint is changed",
        (folder) => {
          const text = readFileSync(join(folder, "checkpoint"), "utf8");
          writeFileSync(join(folder, "checkpoint"), text.replace(/\n\d+\n/, "\n7\n"));
        },
      ],
      ["the checkpoint is empty", (folder) => writeFileSync(join(folder, "checkpoint"), "")],
    ];
    for (const [what, change] of changes) {
      const { folder, log } = await freshLog();
      await Promise.all(numbers(300).map((n) => log.append(decision(n))));
      await log.close();
      change(folder);
      const before = readFileSync(last(folder));
      await expect(reopened(folder), what).rejects.toMatchObject({
        code: expect.stringMatching(/^(damaged|wrong-key)$/),
      });
      expect(readFileSync(last(folder)).equals(before), what).toBe(true);
      expect(existsSync(join(folder, "lock")), what).toBe(false);
    }
  });
});

describe("retention", () => {
  test("deletes whole files of old records, says so, and leaves what proves them", async () => {
    const { folder, log } = await freshLog({ segment: { bytes: 10_000 }, now: () => decision(1_000).at });
    for (const n of numbers(400)) await log.append(decision(n));
    const kept = await log.checkpoint();
    const before = readdirSync(join(folder, "records"));
    const gone = await log.prune(decision(200).at);
    expect(gone).toBeGreaterThan(100);
    expect(gone).toBeLessThanOrEqual(201);
    expect(readdirSync(join(folder, "records")).length).toBeLessThan(before.length);
    expect(await log.prune(decision(200).at)).toBe(0);
    await log.append(decision(400));
    await log.close();
    expect(await callsOf(folder)).toEqual(ids(401 - gone + 1, gone - 1));
    const report = await verifyLog(folder, { trusted: [verifier], kept: [{ name: "kept", bytes: Buffer.from(kept) }] });
    expect(report).toMatchObject({ holds: true, pruned: gone, records: 403 });
    await (await reopened(folder)).close();
    expect(await holds(folder)).toEqual([]);
  });

  test("happens by itself where a log is told how long to keep records", async () => {
    let now = decision(0).at;
    const events: LogEvent[] = [];
    const options = { segment: { bytes: 5_000 }, keep: 100, now: () => now };
    const { folder, log } = await freshLog({ ...options, report: (event) => events.push(event) });
    for (const n of numbers(300)) {
      now = decision(n).at;
      await log.append(decision(n));
    }
    await log.close();
    await (await reopened(folder, options)).close();
    const told = (await recordsOf(folder)).filter(
      (record) => record?.kind === "notice" && record.what === "log-pruned",
    );
    expect(told.length).toBeGreaterThan(0);
    expect(events.map(({ kind }) => kind)).not.toContain("away");
    expect((await callsOf(folder)).length).toBeLessThan(150);
    expect(await holds(folder)).toEqual([]);
  });

  test("of files that are gone without a word is found out", async () => {
    const { folder, log } = await freshLog({ segment: { bytes: 10_000 } });
    for (const n of numbers(100)) await log.append(decision(n));
    await log.close();
    const [first] = readdirSync(join(folder, "records"));
    await diskAt(folder).remove(`records/${first}`);
    expect(await holds(folder)).toMatchObject([{ code: "pruned-unsaid" }]);
  });

  test("begins a new file each day, unless told otherwise", async () => {
    let now = decision(0).at;
    const { folder, log } = await freshLog({ now: () => now });
    await log.append(decision(0));
    now += 24 * 3_600_000;
    await log.append(decision(1));
    await log.append(decision(2));
    await log.close();
    expect(readdirSync(join(folder, "records"))).toEqual(["0000000000000000.ndjson", "0000000000000003.ndjson"]);
  });
});

describe("another key", () => {
  test("signs from now on; who trusts the old one, or the new, can verify all", async () => {
    const next = await key(2);
    const stranger = await key(3);
    const { folder, log } = await freshLog();
    await log.append(decision(0));
    const old = await log.checkpoint();
    await log.changeKey(next.signer);
    await expect(log.changeKey(next.signer)).rejects.toMatchObject({ code: "wrong-key" });
    await log.append(decision(1));
    await log.close();

    await expect(reopened(folder), "the old key").rejects.toMatchObject({ code: "wrong-key" });
    const again = await reopened(folder, { signer: next.signer });
    await again.append(decision(2));
    const fresh = await again.checkpoint();
    await again.close();

    const kept = [old, fresh].map((text, at) => ({ name: `kept ${at}`, bytes: Buffer.from(text) }));
    for (const trusted of [verifier, next.verifier]) {
      expect(await verifyLog(folder, { trusted: [trusted], kept })).toMatchObject({ findings: [], holds: true });
    }
    expect(await verifyLog(folder, { trusted: [] })).toMatchObject({ holds: true, isOwnKey: true });
    expect((await verifyLog(folder, { trusted: [stranger.verifier] })).findings.map(({ code }) => code)).toContain(
      "checkpoint-refused",
    );
    expect(
      (await recordsOf(folder)).flatMap((record) => (record?.kind === "notice" ? [record.keys ?? []] : [])),
    ).toEqual([{ present: signer.key }, { present: next.signer.key, former: signer.key }]);
  });

  test("that was slipped in is not believed", async () => {
    const next = await key(2);
    const { folder, log } = await freshLog();
    await log.append(decision(0));
    await log.close();
    // Somebody with a key of their own makes a log of the same records, and signs it.
    const forged = freshFolder();
    await createAuditLog(forged, { origin, signer: next.signer });
    writeFileSync(join(folder, "checkpoint"), readFileSync(join(forged, "checkpoint")));
    appendFileSync(join(folder, "keys"), `${next.signer.key}\n`);
    const codes = (await verifyLog(folder, { trusted: [verifier] })).findings.map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(["checkpoint-refused", "key-unvouched"]));
  });
});

test("records of other kinds are kept as they are", async () => {
  const { folder, log } = await freshLog();
  const records: readonly AuditRecord[] = [
    {
      kind: "outcome",
      at: 1,
      id: "call 0",
      server: "fs",
      ended: "result",
      rules: [],
      duration: 1.5,
      result: { kept: "size", size: 7 },
    },
    { kind: "notice", at: 2, what: "store-away", text: "a\u202eb\n" },
  ];
  for (const record of records) await log.append(record);
  expect((await recordsOf(folder)).slice(1)).toEqual(records);
});

test("opening it in the same process under load loses nothing", async () => {
  const { folder, log } = await freshLog({ segment: { bytes: 50_000 }, checkpointEvery: 5 });
  const other = openAuditLog(folder, { signer, durability: { sync: "every record" } });
  await expect(other).rejects.toMatchObject({ code: "locked" });
  await Promise.all(
    numbers(20).map(async (worker) => {
      for (const n of numbers(50)) await log.append(decision(50 * worker + n));
    }),
  );
  await log.close();
  expect((await callsOf(folder)).toSorted()).toEqual(ids(1_000).toSorted());
  expect(await holds(folder)).toEqual([]);
});
