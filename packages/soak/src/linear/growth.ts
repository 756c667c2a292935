/** How the time of something grows with the size of what it is given. */
export interface Growth {
  /** At the largest size. */
  readonly milliseconds: number;
  /** The largest factor between one size and its double, and the size that was doubled. */
  readonly factor: number;
  readonly from: number;
}

/** Doubling the size at most doubles the time; so much is allowed for caches, garbage and the rest of the machine. */
export const allowedFactor = 2.5;

const sizes = [15, 16, 17, 18, 19, 20].map((power) => 2 ** power);
/** A shorter run says more about the clock than about the work. */
const shortestRun = 3;
/** What takes no longer, in milliseconds, may well take a little longer the next time. */
const negligible = 0.1;
const firstRounds = 3;
const mostRounds = 15;

/** One size and its double. */
interface Doubling {
  readonly from: number;
  readonly one: () => void;
  readonly two: () => void;
  readonly factors: number[];
  readonly times: number[];
}

/**
 * Times something at sizes from 32 Ki to 1 Mi, each the double of the one before, in processor time of this thread: whatever else the machine
 * does adds nothing but what it does to caches and clocks. So a size and its double are timed one right after the other, in some rounds, and the
 * median of their factors counts; one that is too large gets more rounds. `make` gives what is timed at a size.
 */
export function growthOf(make: (size: number) => () => void): Growth {
  const runs = sizes.map(make);
  for (let round = 0; round < 3; round += 1) runs[0]!();
  const doublings = runs.slice(1).map((two, index): Doubling => {
    return { from: sizes[index]!, one: runs[index]!, two, factors: [], times: [] };
  });
  for (let round = 0; round < firstRounds; round += 1) doublings.forEach(measure);
  for (let round = firstRounds; round < mostRounds; round += 1) {
    doublings.filter(({ factors }) => medianOf(factors) > allowedFactor).forEach(measure);
  }
  const worst = doublings.toSorted((a, b) => medianOf(b.factors) - medianOf(a.factors))[0]!;
  return { milliseconds: medianOf(doublings.at(-1)!.times), factor: medianOf(worst.factors), from: worst.from };
}

function measure({ one, two, factors, times }: Doubling): void {
  const [before, after] = [millisecondsOf(one), millisecondsOf(two)];
  factors.push(Math.max(after, negligible) / Math.max(before, negligible));
  times.push(after);
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
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
