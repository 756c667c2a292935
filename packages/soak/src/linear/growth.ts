/** How the time of something grows with the size of what it is given. */
export interface Growth {
  /** At the largest size. */
  readonly milliseconds: number;
  /** The largest factor between one size and its double, and the size that was doubled. */
  readonly factor: number;
  readonly from: number;
  /** The largest mean factor of `lasting` doublings in a row: what grows faster than the text does so at each of them, an allocator's step once. */
  readonly sustained: number;
}

/** Doubling the size at most doubles the time; so much is allowed for caches, garbage and the rest of the machine. */
export const allowedFactor = 2.5;

const sizes = [15, 16, 17, 18, 19, 20].map((power) => 2 ** power);
/** Milliseconds. Kernels count a thread's time in ticks of up to 10 ms, so a shorter run says more about the ticks than about the work. */
const shortestRun = 50;
/**
 * Milliseconds. What takes less counts as this: it is no attack, and allocators have steps of their own (V8 gives what takes more than 128 KiB pages
 * of its own).
 */
const negligible = 1;
const lasting = 3;
const firstRounds = 3;
/**
 * How long all is timed again, in milliseconds: what is slow is timed once, and a factor that is too large may be the machine's, whose processors
 * run at half of their speed for seconds.
 */
const patience = 15_000;

/**
 * Times something at sizes from 32 Ki to 1 Mi, each the double of the one before, in processor time of this thread. All sizes are timed one after the
 * other, in some rounds, and the least time of each counts: whatever else the machine does only ever adds. Where one size still seems to take too
 * much longer than its half, both are timed again for a while. `make` gives what is timed at a size.
 */
export function growthOf(make: (size: number) => () => void): Growth {
  const runs = sizes.map(make);
  for (let round = 0; round < 3; round += 1) runs[0]!();
  const least = sizes.map(() => Number.POSITIVE_INFINITY);
  const measure = (at: number): void => {
    least[at] = Math.min(least[at]!, Math.max(millisecondsOf(runs[at]!), negligible));
  };
  const end = performance.now() + patience;
  for (let round = 0; round < firstRounds && (round === 0 || performance.now() < end); round += 1) {
    for (const at of sizes.keys()) measure(at);
  }
  while (performance.now() < end) {
    const doubtful = factorsOf(least).flatMap((factor, at) => (factor > allowedFactor ? [at, at + 1] : []));
    if (doubtful.length === 0) break;
    for (const at of new Set(doubtful)) measure(at);
  }
  const factors = factorsOf(least);
  const factor = Math.max(...factors);
  const sustained = Math.max(...least.slice(lasting).map((time, at) => (time / least[at]!) ** (1 / lasting)));
  return { milliseconds: least.at(-1)!, factor, from: sizes[factors.indexOf(factor)]!, sustained };
}

/** Of each but the last, how many times as large the next one is. */
function factorsOf(times: readonly number[]): readonly number[] {
  return times.slice(1).map((time, at) => time / times[at]!);
}

/** Of one run, which is repeated until the time can be told. */
function millisecondsOf(run: () => void): number {
  const before = process.threadCpuUsage();
  for (let runs = 1; ; runs += 1) {
    run();
    const { user, system } = process.threadCpuUsage(before);
    const milliseconds = (user + system) / 1000;
    if (milliseconds >= shortestRun) return milliseconds / runs;
  }
}
