import { messageOf } from "@mcpolicy/core";
import { runCourse } from "../agreement/courses.ts";
import { type Drawn, drawnVocabulary, drawPolicy, visibleMostly } from "../agreement/drawing.ts";
import { type EmphasisName, emphases } from "../agreement/emphases.ts";
import {
  differenceOn,
  type Evaluators,
  evaluatorsOf,
  onListsAndExplanation,
  usualBackends,
} from "../agreement/evaluators.ts";
import { textOf } from "../agreement/policies.ts";
import { randomOf } from "../agreement/random.ts";
import { nearbyIn, requestFor } from "../agreement/requests.ts";
import type { toolchain } from "../agreement/toolchain.ts";
import type { Fault } from "./fault.ts";
import { importSeeded } from "./inject.ts";

/** A fault, and how many random policies it may take to notice it. */
export interface Attempt {
  readonly fault: Fault;
  readonly policies: number;
  readonly seed: number;
}

/** What became of an attempt. `said`: how the faulted evaluators gave themselves away, or why nothing can be said. */
export interface Notice {
  readonly isCaught: boolean;
  /** How many policies it took. */
  readonly policies: number;
  readonly said: string;
}

/**
 * Loads compiler and runtime once more with the fault in them, and compares what they decide with the reference on random policies, until
 * they differ. A difference counts only where the sound evaluators show none on the same policy and requests.
 */
export async function attempt({ fault, policies, seed }: Attempt): Promise<Notice> {
  const module = new URL("../agreement/toolchain.ts", import.meta.url);
  const { loaded, isSeeded } = await importSeeded<{ readonly toolchain: typeof toolchain }>(module, fault);
  if (!isSeeded) return { isCaught: false, policies: 0, said: "the compiler and the runtime do not load this file" };
  for (let index = 0; index < policies; index += 1) {
    const drawn = policyAt(seed + index, fault.shownBy);
    const tried = (make: () => Evaluators): string | undefined => differenceWith(make, drawn, seed + index);
    const said = tried(() => evaluatorsOf(drawn.policy, usualBackends, loaded.toolchain));
    if (said === undefined) continue;
    const alsoSound = tried(() => evaluatorsOf(drawn.policy));
    if (alsoSound !== undefined) return { isCaught: false, policies: index + 1, said: `without it too: ${alsoSound}` };
    return { isCaught: true, policies: index + 1, said };
  }
  return { isCaught: false, policies, said: "no difference" };
}

const vocabulary = drawnVocabulary();
const known = new Map<string, Drawn>();

/** Most faults meet the same policies: each thread draws and checks them once. */
function policyAt(seed: number, emphasis: EmphasisName | undefined): Drawn {
  const key = `${seed} ${emphasis}`;
  const drawn =
    known.get(key) ??
    drawPolicy(randomOf(seed), vocabulary, {}, emphasis === undefined ? undefined : emphases[emphasis]);
  known.set(key, drawn);
  return drawn;
}

/** Some requests, lists, explanations and courses; the first difference, in one line. */
function differenceWith(
  make: () => Evaluators,
  { draft, policy, remembers, emphasis }: Drawn,
  seed: number,
): string | undefined {
  try {
    const evaluators = make();
    const random = randomOf(~seed);
    const nearby = nearbyIn(textOf(draft));
    for (let index = 0; index < (remembers ? 20 : 80); index += 1) {
      const request = visibleMostly(random, () => requestFor(random, policy, nearby, emphasis?.tools), evaluators);
      const { difference } = differenceOn(evaluators, request);
      if (difference !== undefined) return difference;
      const wrong = index % 5 === 0 ? onListsAndExplanation(evaluators, request) : undefined;
      if (wrong !== undefined) return wrong;
    }
    for (let course = 0; remembers && course < 8; course += 1) {
      const { wrong } = runCourse(random, evaluators, nearby, 8, emphasis?.tools);
      if (wrong !== undefined) return wrong.what;
    }
    return undefined;
  } catch (failure) {
    return `it throws: ${messageOf(failure)}`;
  }
}
