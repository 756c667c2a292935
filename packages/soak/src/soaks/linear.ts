import { emptyState, type JsonObject } from "@mcpolicy/core";
import type { LoadedPolicy } from "@mcpolicy/runtime";
import { inParallel } from "../in-parallel.ts";
import { allowedFactor, type Growth, growthOf, type Verdict } from "../linear/growth.ts";
import { expressionSubjects, ownSubjects, type Subject } from "../linear/subjects.ts";
import { callOf, listingOf, loadOver } from "../one-server.ts";
import { readData } from "../shared.ts";
import type { Soak, SoakResult } from "../soak.ts";

/** Why the compiler does not take a subject, or how the time of a decision grows with what it is given. */
export type Outcome = { readonly refused: string } | Growth;

interface Redos {
  readonly linear: readonly { readonly regex: string }[];
  readonly polynomial: readonly { readonly regex: string }[];
  readonly exponential: readonly { readonly regex: string }[];
}

/** Linear time, promise 5 of language.md, on what is made to take longer. */
export const linear: Soak = {
  name: "linear",
  summary: "doubling a text at most doubles the time of a decision, up to 1 MiB, or the pattern is refused",
  needsShared: true,
  async run({ shared, jobs }): Promise<SoakResult> {
    const redos = readData<Redos>(shared!, "attack-strings", "redos.json");
    const expressions = [redos.linear, redos.polynomial, redos.exponential].flat().map(({ regex }) => regex);
    const subjects = [...expressionSubjects(expressions), ...ownSubjects()];
    const tasks = subjects.map((_, index) => ({ expressions, index }));
    const outcomes = await inParallel<Task, Outcome>(new URL(import.meta.url), "outcomeOf", tasks, jobs);
    const rows = subjects.map(({ family, name }, index) => ({ family, name, ...outcomes[index]! }));
    const refused = rows.filter((row) => "refused" in row);
    const of = (verdict: Verdict) => rows.filter((row) => "verdict" in row && row.verdict === verdict);
    const [steps, tooSlow] = [of("a step"), of("too slow")];
    const wide = Math.max(...rows.map(({ family }) => family.length));
    const lines = [
      `${"".padEnd(8)}${"at 1 MiB".padStart(12)}  worst doubling`,
      ...rows.map((row) => {
        const what = `${row.family.padEnd(wide)}  ${row.name.length > 70 ? `${row.name.slice(0, 67)}...` : row.name}`;
        if ("refused" in row) return `refused ${"".padStart(12)}  ${"".padEnd(17)}  ${what}: ${row.refused}`;
        const verdict = (row.verdict === "too slow" ? "TOO SLOW" : row.verdict).padEnd(8);
        const doubling = `x${row.factor.toFixed(2)} from ${row.from / 1024} Ki`.padEnd(17);
        return `${verdict}${`${row.milliseconds.toFixed(2)} ms`.padStart(12)}  ${doubling}  ${what}`;
      }),
      `${rows.length} subjects: ${of("linear").length} linear (a doubling costs at most x${allowedFactor}), ${steps.length} linear but for a step, ${refused.length} refused, ${tooSlow.length} too slow`,
    ];
    return { ok: tooSlow.length === 0, lines, data: rows };
  },
};

interface Task {
  readonly expressions: readonly string[];
  readonly index: number;
}

/** One subject; what is timed is functions, which no thread can be handed. */
export function outcomeOf({ expressions, index }: Task): Outcome {
  const subject = [...expressionSubjects(expressions), ...ownSubjects()][index]!;
  let policy: LoadedPolicy;
  try {
    policy = policyOf(subject);
  } catch (refusal) {
    const why = refusal instanceof Error ? refusal.message.split("\n")[0]! : String(refusal);
    if (!refusesPatterns.test(why)) throw refusal;
    return { refused: why };
  }
  if (policy.warnings.length > 0) return { refused: policy.warnings[0]! };
  const { args, text } = subject;
  // What is invalid is looked at by a schema's patterns alone.
  const mayBeInvalid = subject.family === "pattern of a schema";
  return growthOf((size) =>
    text === undefined ? decided(policy, args(size), mayBeInvalid) : answered(policy, text(size)),
  );
}

/** A pattern that is none, or too large: any other error is a mistake in the subject. */
const refusesPatterns = /^P0304\b/;

function policyOf({ statements, properties }: Subject): LoadedPolicy {
  const text = `mcpolicy 1\n\nserver s from "server.json" root "/w"\n\n${statements.join("\n\n")}\n`;
  return loadOver(text, listingOf([{ name: "t", properties }])).policy;
}

/** A decision as a server asks for one: bounds, schema, generated code, and the interpreter for the reasons. */
function decided(policy: LoadedPolicy, args: JsonObject, mayBeInvalid: boolean): () => void {
  const request = callOf("s", "t", args);
  const { reason, kept, told } = policy.decide(request);
  if (reason === "fault") throw new Error(`a fault: ${kept.fault}`);
  if (reason === "invalid" && !mayBeInvalid) throw new Error(`invalid: ${JSON.stringify(told.violations)}`);
  return () => void policy.decide(request);
}

function answered(policy: LoadedPolicy, text: string): () => void {
  const request = { ...callOf("s", "t", {}), state: emptyState };
  const result = { content: [{ type: "text", text }] };
  const answer = (): ReturnType<LoadedPolicy["answer"]> =>
    policy.answer(request, "a call", result, request.context.time);
  const { reason, kept } = answer().decision;
  if (reason === "fault") throw new Error(`a fault: ${kept.fault}`);
  return () => void answer();
}
