import { messageOf } from "@mcpolicy/core";
import { clock } from "./clock.ts";
import type { Loaded } from "./engine.ts";

/** How many answers were compared, and the first wrong one. */
export interface Checking {
  readonly checked: number;
  readonly wrong?: { readonly input: unknown; readonly got: unknown; readonly expected: unknown };
}

/** Compares the answers of an engine with the right ones, for at most `budget` milliseconds of work. */
export async function checked<Input>(
  engine: Loaded<Input>,
  expected: (input: Input) => unknown,
  inputs: readonly Input[],
  budget: number,
): Promise<Checking> {
  const end = clock(engine.isAsync) + budget;
  let count = 0;
  for (const input of inputs) {
    const right = await expected(input);
    let got: unknown;
    try {
      got = engine.isAsync ? await engine.answer(input) : engine.answer(input);
    } catch (failure) {
      got = `threw ${messageOf(failure)}`;
    }
    count += 1;
    if (!isSame(got, right)) return { checked: count, wrong: { input, got, expected: right } };
    if (count % 16 === 0 && clock(engine.isAsync) > end) break;
  }
  return { checked: count };
}

function isSame(got: unknown, right: unknown): boolean {
  return Object.is(got, right) || JSON.stringify(got) === JSON.stringify(right);
}
