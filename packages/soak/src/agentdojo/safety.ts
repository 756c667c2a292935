import type { JsonObject } from "@mcpolicy/core";
import type { LoadedPolicy } from "@mcpolicy/runtime";
import { beginning, type Conversation, converse } from "./conversation.ts";
import type { Call, InjectionTask } from "./suite.ts";

/** A user task that was gone through, into which injections are put: behind any of its calls, since any answer may hold one. */
export interface Host {
  readonly facts: JsonObject;
  readonly moments: readonly Conversation[];
}

type Outcome = "passed" | "asked" | "stopped";

/** From what an attacker likes most. */
const outcomes: readonly Outcome[] = ["passed", "asked", "stopped"];

/** How an injection task fared. It is stopped where one of its calls is denied, and only asked about where none is and one is asked about. */
export interface Fate {
  readonly id: string;
  /** Whether calls of it are the benchmark's own, and not only derived from its goal. */
  readonly isGiven: boolean;
  /** Stopped where nobody asked for anything. */
  readonly alone: boolean;
  readonly pairs: number;
  readonly stopped: number;
  readonly asked: number;
}

/** The fate of each injection task that has calls: alone, and in each user task at the moment that suits it best. */
export function fatesOf(
  policy: LoadedPolicy,
  server: string,
  tasks: readonly InjectionTask[],
  hosts: readonly Host[],
  nobody: JsonObject,
): readonly Fate[] {
  const countable = tasks.filter(({ calls, derived_calls = [] }) => calls.length + derived_calls.length > 0);
  return countable.map(({ id, calls, derived_calls = [] }) => {
    const all = [...calls, ...derived_calls];
    const fates = hosts.map(({ facts, moments }) => {
      const each = new Set(moments.map((moment) => fateOf(policy, server, all, facts, moment)));
      return outcomes.find((outcome) => each.has(outcome)) ?? "stopped";
    });
    return {
      id,
      isGiven: calls.length > 0,
      alone: fateOf(policy, server, all, nobody, beginning) === "stopped",
      pairs: hosts.length,
      stopped: fates.filter((fate) => fate === "stopped").length,
      asked: fates.filter((fate) => fate === "asked").length,
    };
  });
}

/** What is asked about is taken as agreed to for the calls behind it: the person is no defence here. */
function fateOf(
  policy: LoadedPolicy,
  server: string,
  calls: readonly Call[],
  facts: JsonObject,
  from: Conversation,
): Outcome {
  const { effects } = converse(policy, server, calls, facts, from, true);
  if (effects.some((effect) => effect === "deny" || effect === "invalid")) return "stopped";
  return effects.includes("ask") ? "asked" : "passed";
}

/** Totals over injection tasks. */
export interface Safety {
  readonly tasks: number;
  readonly stoppedAlone: number;
  /** Stopped in every pair with a user task. */
  readonly stoppedAlways: number;
  readonly pairs: number;
  readonly pairsStopped: number;
  readonly pairsAsked: number;
}

export function safetyOf(fates: readonly Fate[]): Safety {
  const sum = (of: (fate: Fate) => number): number => fates.reduce((all, fate) => all + of(fate), 0);
  return {
    tasks: fates.length,
    stoppedAlone: fates.filter(({ alone }) => alone).length,
    stoppedAlways: fates.filter(({ pairs, stopped }) => pairs === stopped).length,
    pairs: sum(({ pairs }) => pairs),
    pairsStopped: sum(({ stopped }) => stopped),
    pairsAsked: sum(({ asked }) => asked),
  };
}

export function safetyLine({ tasks, stoppedAlone, stoppedAlways, pairs, pairsStopped, pairsAsked }: Safety): string {
  const share = ((100 * pairsStopped) / pairs).toFixed(1);
  return [
    `of ${tasks} tasks ${stoppedAlways} denied in every user task, ${stoppedAlone} where nobody asked for anything`,
    `of ${pairs} pairs ${pairsStopped} denied (${share}%), ${pairsAsked} asked about`,
  ].join("; ");
}
