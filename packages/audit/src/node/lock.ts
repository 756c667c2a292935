import { randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { isRecord } from "@mcpolicy/core";
import type { Disk } from "./disk.ts";
import { layout } from "./layout.ts";
import { LogError } from "./log-error.ts";

/** Whoever writes says so. Where a process cannot be asked for, since it ran on another machine, its sign of life counts. */
interface Holder {
  readonly token: string;
  readonly pid: number;
  /** What sets this process apart from a later one of the same number. */
  readonly started: string;
  /** The machine, its present run, and the space in which process numbers count. */
  readonly place: string;
  /** Epoch milliseconds of the last sign of life. Only that it changes is looked at: clocks differ. */
  readonly alive: number;
}

/** The right to write to a log, for one process at a time. */
export interface Lock {
  /** Whether it still is ours; says so to others. */
  readonly renew: () => Promise<boolean>;
  readonly release: () => Promise<void>;
}

/** A sign of life is given this often, in milliseconds, and believed for as many times as long. */
export const SIGN_OF_LIFE = 3_000;
const BELIEVED = 5;

/**
 * Takes the right to write. A writer that ended without giving it back is found out by its process; one of another machine or container by
 * its last sign of life, which is waited for. Throws a `LogError` where somebody else has it.
 */
export async function takeLock(disk: Disk, now: () => number, signOfLife: number = SIGN_OF_LIFE): Promise<Lock> {
  const token = randomUUID();
  const mine = (): string =>
    `${JSON.stringify({ token, pid: process.pid, started: startOf(process.pid), place: place(), alive: now() } satisfies Holder)}\n`;
  for (let tries = 0; !(await disk.create(layout.lock, mine())); tries += 1) {
    const seen = await holderOf(disk);
    if (seen === "gone") continue;
    const state = seen === undefined ? "unknown" : stateOf(seen);
    if (state === "runs" || tries > 20) throw lockedBy(seen);
    if (state === "unknown" && !(await isSilent(disk, seen, signOfLife))) throw lockedBy(seen);
    // Whoever moves it away first may try to take it; a lock that was taken meanwhile is put back.
    const aside = `${layout.lock}.${token}.stale`;
    if (!(await disk.move(layout.lock, aside))) continue;
    const moved = await holderOf(disk, aside);
    if (moved !== "gone" && moved?.token !== seen?.token) {
      await disk.move(aside, layout.lock);
      throw lockedBy(moved);
    }
    await disk.remove(aside);
  }
  return {
    async renew() {
      const holder = await holderOf(disk);
      if (holder === "gone" || holder?.token !== token) return false;
      await disk.write(layout.lock, Buffer.from(mine()));
      return true;
    },
    async release() {
      const holder = await holderOf(disk);
      if (holder !== "gone" && holder?.token === token) await disk.remove(layout.lock);
    },
  };
}

/** Whether a holder that cannot be asked for gives no sign of life for as long as one is believed. */
async function isSilent(disk: Disk, seen: Holder | undefined, signOfLife: number): Promise<boolean> {
  for (let times = 0; times <= BELIEVED; times += 1) {
    await sleep(signOfLife);
    const holder = await holderOf(disk);
    if (holder === "gone") return true;
    if (holder?.token !== seen?.token || holder?.alive !== seen?.alive) return false;
  }
  return true;
}

function stateOf(holder: Holder): "runs" | "ended" | "unknown" {
  if (holder.place !== place()) return "unknown";
  return startOf(holder.pid) === holder.started && isThere(holder.pid) ? "runs" : "ended";
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (problem) {
    return (problem as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function holderOf(disk: Disk, path: string = layout.lock): Promise<Holder | undefined | "gone"> {
  const bytes = await disk.read(path);
  if (bytes === undefined) return "gone";
  try {
    const holder: unknown = JSON.parse(bytes.toString("utf8"));
    return isRecord(holder) && typeof holder["token"] === "string" ? (holder as unknown as Holder) : undefined;
  } catch {
    return undefined;
  }
}

function lockedBy(holder: Holder | undefined | "gone"): LogError {
  const who =
    holder === undefined || holder === "gone"
      ? "another process"
      : `process ${holder.pid} (${holder.place.split(" ")[0]})`;
  return new LogError(
    "locked",
    `${who} writes to this log, and only one may: nothing was opened. End it first, or give this one a log of its own`,
  );
}

/** `HOST BOOT PIDS`: on Linux the run of the kernel and the space of process numbers; elsewhere the host alone. */
function place(): string {
  return [hostname(), read("/proc/sys/kernel/random/boot_id"), link("/proc/self/ns/pid")].join(" ");
}

/** The instant at which a process started, in ticks since the machine did (proc(5), field 22 of stat); empty where that is not told. */
function startOf(pid: number): string {
  const stat = read(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "";
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
