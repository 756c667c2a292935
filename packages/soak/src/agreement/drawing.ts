import type { Request } from "@mcpolicy/core";
import type { CheckedPolicy } from "@mcpolicy/language";
import type { Emphasis } from "./emphases.ts";
import { checked, type Evaluators } from "./evaluators.ts";
import { type Draft, draft, textOf, type Vocabulary, vocabularyOf } from "./policies.ts";
import type { Random } from "./random.ts";
import { rememberingStatements } from "./remembering.ts";
import { declarations } from "./servers.ts";

/** What conditions over the made-up servers can name. */
export function drawnVocabulary(): Vocabulary {
  return vocabularyOf(mustCheck({ statements: declarations }));
}

/** A policy as it was drawn, and as the checker took it. */
export interface Drawn {
  readonly draft: Draft;
  /** What it holds besides, and where requests mostly go; undefined where it is a policy like others. */
  readonly emphasis: Emphasis | undefined;
  readonly policy: CheckedPolicy;
  /** Whether it may look back, bound, label or hold back: then courses of several requests are worth their while. */
  readonly remembers: boolean;
  /** Statements that the checker refused, of how many that were generated. */
  readonly refused: number;
  readonly of: number;
}

/** A random policy that the checker takes, with what is wanted in it besides. `reasons` counts, by message, why it refused a statement. */
export function drawPolicy(
  random: Random,
  vocabulary: Vocabulary,
  reasons: Record<string, number> = {},
  emphasis?: Emphasis,
): Drawn {
  const { statements } = draft(random, vocabulary);
  const remembers = random.chance(0.6);
  const more = [
    ...(remembers ? rememberingStatements(random) : []),
    ...(emphasis?.statements({ random, vocabulary }) ?? []),
  ];
  return {
    remembers: remembers || emphasis !== undefined,
    emphasis,
    ...sound({ statements: [...statements, ...more] }, reasons),
  };
}

/** Another request in place of many that the caller's list hides: those never reach the rules. */
export function visibleMostly(random: Random, draw: () => Request, { closures }: Evaluators): Request {
  let request = draw();
  for (let tries = 0; tries < 3 && random.chance(0.8); tries += 1) {
    const { principal, operation, context } = request;
    if (
      (operation.kind !== "tool" && operation.kind !== "prompt") ||
      closures.isListed(principal, operation, context.time)
    )
      break;
    request = draw();
  }
  return request;
}

function mustCheck(of: Draft): CheckedPolicy {
  const { policy, errors } = checked(textOf(of));
  if (policy === undefined) throw new Error(`the declarations have errors: ${JSON.stringify(errors)}`);
  return policy;
}

/** A draft without the statements that the checker refuses; the types that it is right about them stay its business. */
function sound(first: Draft, reasons: Record<string, number>): Omit<Drawn, "remembers" | "emphasis"> {
  let current = first;
  for (;;) {
    const { policy, errors } = checked(textOf(current));
    if (policy !== undefined) {
      const refused = first.statements.length - current.statements.length;
      return { draft: current, policy, refused, of: first.statements.length - declarations.length };
    }
    const lines = errors.map(({ line }) => line);
    for (const { message } of errors) {
      const reason = message.replace(/`[^`]*`/g, "`…`");
      reasons[reason] = (reasons[reason] ?? 0) + 1;
    }
    const next = current.statements.flatMap((statement, index) => mended(statement, index, current, lines));
    if (next.join() === current.statements.join())
      throw new Error(`no policy comes of ${textOf(current)}\n${JSON.stringify(errors)}`);
    current = { statements: next };
  }
}

/** A statement without the lines at fault, if it is a capability; else the statement goes. */
function mended(statement: string, index: number, { statements }: Draft, wrong: readonly number[]): readonly string[] {
  const before = statements.slice(0, index).join("\n\n");
  const firstLine = 3 + (index === 0 ? 0 : before.split("\n").length + 1);
  const lines = statement.split("\n");
  if (!lines.some((_, at) => wrong.includes(firstLine + at))) return [statement];
  if (!statement.startsWith("capability")) return [];
  return [lines.map((line, at) => (wrong.includes(firstLine + at) ? line.replace(/ when .*$/, "") : line)).join("\n")];
}
