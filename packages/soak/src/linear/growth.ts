/** How the time of something grows with the size of what it is given. */
export interface Growth {
  /** At the largest size. */
  readonly milliseconds: number;
  /** The largest factor between one size and its double, and the size that was doubled. */
  readonly factor: number;
  readonly from: number;
  readonly verdict: Verdict;
}

/**
 * `linear`: each doubling costs at most `allowedFactor`. `a step`: but for doublings on the way, after which it is linear again. Lists of more than 16,384
 * values are given pages of their own by V8, which the kernel hands out and takes back each time: ten times as slow for each value where pages
 * are virtual, once and for all.
 */
export type Verdict = "linear" | "a step" | "too slow";

/** Doubling the size at most doubles the time; so much is allowed for caches, garbage and the rest of the machine. */
export const allowedFactor = 2.5;

const sizes = [15, 16, 17, 18, 19, 20].map((power) => 2 ** power);
/** Also measured, up to the most that a text may have, while the last doubling is too large: to see what follows. */
const beyond = [2 ** 21, 2 ** 22];
/** All steps together. What grows with the square is 32 times as slow at 1 Mi as it should be. */
const largestStep = 8;
/** Milliseconds. Kernels count a thread's time in ticks of up to 10 ms, so a shorter run says more about the ticks than about the work. */
const shortestRun = 50;
/** What takes no longer, in milliseconds, may well take a little longer the next time. */
const negligible = 0.1;
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
  const least: number[] = [];
  const measure = (at: number): void => {
    least[at] = Math.min(least[at] ?? Number.POSITIVE_INFINITY, Math.max(millisecondsOf(runs[at]!), negligible));
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
  const milliseconds = least.at(-1)!;
  for (const size of beyond) {
    if (factorsOf(least).at(-1)! <= allowedFactor) break;
    runs.push(make(size));
    for (let round = 0; round < firstRounds; round += 1) {
      for (const at of [runs.length - 2, runs.length - 1]) measure(at);
    }
  }
  return { milliseconds, factor, from: sizes[factors.indexOf(factor)]!, verdict: verdictOf(factorsOf(least)) };
}

/** Of the factors of all doublings, in their order. */
function verdictOf(factors: readonly number[]): Verdict {
  if (factors.every((factor) => factor <= allowedFactor)) return "linear";
  const excess = factors.reduce((product, factor) => (product * factor) / 2, 1);
  return factors.at(-1)! <= allowedFactor && excess <= largestStep ? "a step" : "too slow";
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
