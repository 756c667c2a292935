import type { Disk, EndOfFile } from "../src/node/index.ts";

/** What a file holds now, and what of it would survive a loss of power. */
interface Content {
  now: Buffer;
  durable: Buffer;
}

/** The names that there are, and those that would survive a loss of power. */
interface Names {
  readonly now: Map<string, Content>;
  readonly durable: Map<string, Content>;
}

/** Numbers below a bound, the same for the same seed. */
export type Random = (below: number) => number;

/** A linear congruential generator (Numerical Recipes): good enough to choose what is lost. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const SECTOR = 64;

/**
 * A disk in memory that stops in the middle of its `crashAt`th change: what was asked of it then and later never settles. What is left is known as a
 * process that was killed leaves it, or as a loss of power does: of all that was not made durable any sector may be there or not, and any name.
 */
export class CrashingDisk implements Disk {
  readonly #names: Names;
  readonly #random: Random;
  readonly #crashAt: number;
  #changes = 0;
  /** Every file that was put in place, as far as that was settled. */
  readonly puts: { readonly path: string; readonly bytes: Buffer }[] = [];
  #stop: () => void = () => {};
  readonly stopped: Promise<void> = new Promise((resolve) => {
    this.#stop = resolve;
  });

  constructor(random: Random, crashAt = Number.POSITIVE_INFINITY, files: ReadonlyMap<string, Buffer> = new Map()) {
    this.#random = random;
    this.#crashAt = crashAt;
    const contents = [...files].map(([path, bytes]) => [path, { now: bytes, durable: bytes }] as const);
    this.#names = { now: new Map(contents), durable: new Map(contents) };
  }

  get changes(): number {
    return this.#changes;
  }

  /** What the next process finds. The lock is left out: in a test the next process is this one. */
  left(by: "kill" | "power"): ReadonlyMap<string, Buffer> {
    const { now, durable } = this.#names;
    const files = new Map<string, Buffer>();
    for (const path of new Set([...now.keys(), ...durable.keys()])) {
      if (path === "lock") continue;
      const content = by === "kill" || this.#random(2) === 0 ? now.get(path) : durable.get(path);
      if (content !== undefined) files.set(path, by === "kill" ? content.now : this.#torn(content));
    }
    return files;
  }

  #torn({ now, durable }: Content): Buffer {
    const shorter = Math.min(now.length, durable.length);
    const length = shorter + this.#random(Math.max(now.length, durable.length) - shorter + 1);
    const bytes = Buffer.alloc(length);
    for (let at = 0; at < length; at += SECTOR) {
      const from = this.#random(3) === 0 ? durable : now;
      bytes.set(from.subarray(at, Math.min(at + SECTOR, length)), at);
    }
    // What both have was durable: no loss of power takes it.
    now.copy(bytes, 0, 0, commonLength(now, durable));
    return bytes;
  }

  /** Makes a change, unless all has stopped; the last one only in part. */
  #change<Result>(whole: () => Result, part: () => void = () => {}): Promise<Result> {
    this.#changes += 1;
    if (this.#changes < this.#crashAt) return Promise.resolve(whole());
    if (this.#changes === this.#crashAt) {
      [part, whole, () => {}][this.#random(3)]?.();
      this.#stop();
    }
    return new Promise(() => {});
  }

  #alive<Result>(result: () => Result): Promise<Result> {
    return this.#changes >= this.#crashAt ? new Promise(() => {}) : Promise.resolve(result());
  }

  list(folder: string): Promise<readonly string[]> {
    return this.#alive(() => {
      const below = [...this.#names.now.keys()].filter((path) => path.startsWith(`${folder}/`));
      const names = below.map((path) => path.slice(folder.length + 1)).map((rest) => rest.replace(/\/.*/, "/"));
      return [...new Set(names)].sort();
    });
  }

  read(path: string): Promise<Buffer | undefined> {
    return this.#alive(() => {
      const content = this.#names.now.get(path);
      return content === undefined ? undefined : Buffer.from(content.now);
    });
  }

  async *parts(path: string, from = 0): AsyncIterable<Buffer> {
    const bytes = (await this.read(path))?.subarray(from);
    // Small parts, so that lines lie across them.
    for (let at = 0; bytes !== undefined && at < bytes.length; at += 1_000) yield bytes.subarray(at, at + 1_000);
  }

  size(path: string): Promise<number | undefined> {
    return this.#alive(() => this.#names.now.get(path)?.now.length);
  }

  async put(path: string, bytes: Uint8Array): Promise<void> {
    const content = { now: Buffer.from(bytes), durable: Buffer.from(bytes) };
    await this.#change(() => {});
    await this.#change(() => this.#names.now.set(path, content));
    await this.#change(() => this.#syncNames(folderOf(path)));
    this.puts.push({ path, bytes: content.now });
  }

  async write(path: string, bytes: Uint8Array): Promise<void> {
    const content = this.#names.now.get(path) ?? { now: Buffer.alloc(0), durable: Buffer.alloc(0) };
    const whole = Buffer.from(bytes);
    await this.#change(
      () => {
        content.now = whole;
        this.#names.now.set(path, content);
      },
      () => {
        content.now = whole.subarray(0, this.#random(whole.length + 1));
        this.#names.now.set(path, content);
      },
    );
    await this.#change(() => {
      content.durable = content.now;
    });
  }

  async syncFolder(folder: string): Promise<void> {
    await this.#change(() => this.#syncNames(folder));
  }

  async remove(path: string): Promise<void> {
    await this.#change(() => this.#names.now.delete(path));
  }

  removeFolder(): Promise<void> {
    return this.#alive(() => {});
  }

  async create(path: string, text: string): Promise<boolean> {
    if (this.#names.now.has(path)) return false;
    await this.put(path, Buffer.from(text));
    return true;
  }

  async move(from: string, to: string): Promise<boolean> {
    const content = this.#names.now.get(from);
    if (content === undefined) return false;
    await this.#change(() => {
      this.#names.now.delete(from);
      this.#names.now.set(to, content);
    });
    return true;
  }

  async openEnd(path: string): Promise<EndOfFile> {
    if (!this.#names.now.has(path)) {
      await this.#change(() => this.#names.now.set(path, { now: Buffer.alloc(0), durable: Buffer.alloc(0) }));
      await this.#change(() => this.#syncNames(folderOf(path)));
    }
    const content = this.#names.now.get(path) as Content;
    const add = (bytes: Uint8Array): void => {
      content.now = Buffer.concat([content.now, bytes]);
    };
    return {
      size: () => this.#alive(() => content.now.length),
      add: (bytes) =>
        this.#change(
          () => add(bytes),
          () => add(bytes.slice(0, this.#random(bytes.length + 1))),
        ),
      sync: () =>
        this.#change(() => {
          content.durable = content.now;
        }),
      cut: (size) =>
        this.#change(() => {
          content.now = content.now.subarray(0, size);
        }),
      close: () => this.#alive(() => {}),
    };
  }

  #syncNames(folder: string): void {
    const { now, durable } = this.#names;
    for (const path of [...durable.keys()]) if (folderOf(path) === folder && !now.has(path)) durable.delete(path);
    for (const [path, content] of now) if (folderOf(path) === folder) durable.set(path, content);
  }
}

function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : ".";
}

function commonLength(a: Buffer, b: Buffer): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
}
