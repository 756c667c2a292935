/** What an oracle says of us: each of its cases is agreed on, differs for a documented reason, is about something that we have not got, or is a bug. */
export interface OracleReport {
  readonly oracle: string;
  readonly cases: number;
  readonly agreed: number;
  /** How often each documented difference was met. */
  readonly documented: Readonly<Record<string, number>>;
  readonly notApplicable: Readonly<Record<string, number>>;
  /** What differs without a reason, and reasons that were met more or less often than documented. */
  readonly undocumented: readonly string[];
}

/** Somebody else's answers, against which ours are held. */
export interface Oracle {
  readonly name: string;
  /** `shared` is the folder of outside data. */
  readonly run: (shared: string) => OracleReport | Promise<OracleReport>;
}

/** A reason for which answers differ, or for which cases are left out, with the number of cases: it changes only on purpose. */
export interface Documented {
  readonly reason: string;
  readonly count: number;
}

export interface Tally {
  readonly agrees: () => void;
  /** Differs for one of the documented reasons; any other text is a reason that nobody documented. */
  readonly differs: (reason: string) => void;
  readonly leavesOut: (reason: string) => void;
  readonly undocumented: (what: string) => void;
  readonly report: () => OracleReport;
}

/** Counts the verdicts of one oracle and holds them against what is documented. */
export function tallyOf(
  oracle: string,
  documented: readonly Documented[],
  notApplicable: readonly Documented[] = [],
): Tally {
  const differing = new Map<string, number>();
  const leftOut = new Map<string, number>();
  const surprises: string[] = [];
  let [cases, agreed] = [0, 0];
  const add = (to: Map<string, number>, reason: string): void => {
    to.set(reason, (to.get(reason) ?? 0) + 1);
    cases += 1;
  };
  const miscounted = (counts: ReadonlyMap<string, number>, expected: readonly Documented[]): readonly string[] => {
    const reasons = new Set([...counts.keys(), ...expected.map(({ reason }) => reason)]);
    return [...reasons].flatMap((reason) => {
      const wanted = expected.find((each) => each.reason === reason)?.count ?? 0;
      const met = counts.get(reason) ?? 0;
      return met === wanted ? [] : [`${reason}: documented ${wanted} times, met ${met} times`];
    });
  };
  return {
    agrees() {
      cases += 1;
      agreed += 1;
    },
    differs: (reason) => add(differing, reason),
    leavesOut: (reason) => add(leftOut, reason),
    undocumented(what) {
      cases += 1;
      surprises.push(what);
    },
    report: () => ({
      oracle,
      cases,
      agreed,
      documented: Object.fromEntries(differing),
      notApplicable: Object.fromEntries(leftOut),
      undocumented: [...surprises, ...miscounted(differing, documented), ...miscounted(leftOut, notApplicable)],
    }),
  };
}
