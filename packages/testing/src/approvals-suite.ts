import type { ApprovalAnswer, ApprovalQuestion, Approvals } from "@mcpolicy/core";

/** What a place where approvals are kept is tried with. */
export interface ApprovalsUnderTest {
  /** Two instances on one fresh store: what one asks the other sees. One twice where it is for one process. */
  readonly make: () => Promise<readonly [Approvals, Approvals]> | readonly [Approvals, Approvals];
  /** Its clock, in epoch milliseconds. */
  readonly now: () => number;
  /** Lets its time pass: by moving a clock, or by waiting. Never more than a few hundred milliseconds are asked for. */
  readonly pass: (milliseconds: number) => void | Promise<void>;
}

/** One thing that every such place must do. `run` rejects where it does not. */
export interface ApprovalsCase {
  readonly name: string;
  readonly run: (under: ApprovalsUnderTest) => Promise<void>;
}

const lead: ApprovalAnswer = { approved: true, by: { id: "lead@example.com", tenant: "null", roles: ["lead"] }, at: 1 };

const few = { mostOfCaller: 100 };

/** A question to a lead about a call of a tool. */
export function exampleQuestion(id: string, asked: number, until: number): ApprovalQuestion {
  return {
    id,
    asked,
    until,
    caller: '[null,"ann",null]',
    callerId: "ann",
    tenant: "null",
    server: "fs",
    method: "tools/call",
    operation: "write_file",
    arguments: { path: "/w/é", list: [], none: {}, "": null },
    binding: `sha256-${id}`,
    duty: { kind: "approval", from: { anyone: false, roles: ["lead"], ids: [] } },
    missing: "approval from lead",
    rules: ["a second look"],
    because: ["Ask a lead."],
  };
}

/** What `Approvals` promises (core, `state-driver.ts`), for every place that keeps them. */
export const approvalsCases: readonly ApprovalsCase[] = [
  {
    name: "a question is there as it was asked, for whoever answers",
    run: (under) =>
      withTwo(under, async ([here, there], now) => {
        const question = exampleQuestion("a", now, now + 60_000);
        same("before it was asked", await there.get("a"), undefined);
        await here.ask(question, few);
        same("the question", await there.get("a"), { question });
        same("the list", await there.list(10), [{ question }]);
      }),
  },
  {
    name: "an answer is there for whoever asked, and the question is no longer open",
    run: (under) =>
      withTwo(under, async ([here, there], now) => {
        const question = exampleQuestion("a", now, now + 60_000);
        await here.ask(question, few);
        same("the answer is taken", await there.answer("a", lead), true);
        same("what is known", await here.get("a"), { question, answer: lead });
        same("open ones", await here.list(10), []);
      }),
  },
  {
    name: "a question is answered once, whoever is faster",
    run: (under) =>
      withTwo(under, async ([here, there], now) => {
        await here.ask(exampleQuestion("a", now, now + 60_000), few);
        const answers = Array.from({ length: 10 }, (_, index) => {
          return (index % 2 === 0 ? here : there).answer("a", { ...lead, approved: index === 0, at: index });
        });
        const taken = (await Promise.all(answers)).filter((isTaken) => isTaken);
        same("answers that were taken", taken.length, 1);
        same("another one", await here.answer("a", lead), false);
      }),
  },
  {
    name: "no answer is taken of a question that there is not, or that is over; and it is forgotten",
    run: (under) =>
      withTwo(under, async ([here, there], now) => {
        same("of none", await here.answer("b", lead), false);
        await here.ask(exampleQuestion("a", now, now + 200), few);
        await under.pass(300);
        same("too late", await there.answer("a", lead), false);
        same("what is known", await there.get("a"), undefined);
        same("open ones", await there.list(10), []);
      }),
  },
  {
    name: "open questions are listed oldest first, at most as many as are asked for",
    run: (under) =>
      withTwo(under, async ([here, there], now) => {
        for (const [id, asked] of [
          ["b", now - 5],
          ["c", now - 1],
          ["a", now - 9],
        ] as const) {
          await here.ask(exampleQuestion(id, asked, now + 60_000), few);
        }
        const listed = async (most: number): Promise<readonly string[]> =>
          (await there.list(most)).map(({ question }) => question.id);
        same("all", await listed(10), ["a", "b", "c"]);
        same("two", await listed(2), ["a", "b"]);
        await there.answer("a", lead);
        same("without the one that was answered", await listed(10), ["b", "c"]);
      }),
  },
  {
    name: "an id is asked about once",
    run: (under) =>
      withTwo(under, async ([here, there], now) => {
        await here.ask(exampleQuestion("a", now, now + 60_000), few);
        await there.answer("a", lead);
        const another = { ...exampleQuestion("a", now, now + 60_000), callerId: "eve", binding: "sha256-b" };
        const again = async (): Promise<unknown> => there.ask(another, few);
        const refused = await again().then(
          () => false,
          () => true,
        );
        same("asking again is refused", refused, true);
        same("whose question it is", (await here.get("a"))?.question.callerId, "ann");
      }),
  },
  {
    name: "what was asked before stands, with its answer, until that is used up or over",
    run: (under) =>
      withTwo(under, async ([here, there], now) => {
        const first = exampleQuestion("a", now, now + 60_000);
        const again = (id: string) => ({ ...exampleQuestion(id, now, now + 60_000), binding: first.binding });
        same("the first", await here.ask(first, few), { question: first });
        same("the same again", await there.ask(again("b"), few), { question: first });
        same("another id is none", await here.get("b"), undefined);
        await there.answer("a", lead);
        same("answered", await there.ask(again("b"), few), { question: first, answer: lead });
        same("used up", await here.ask(again("c"), { ...few, instead: "a" }), { question: again("c") });
        same("the new one", await there.ask(again("d"), { ...few, instead: "a" }), { question: again("c") });
        const short = exampleQuestion("e", now, now + 400);
        await here.ask(short, few);
        await under.pass(500);
        const later = { ...exampleQuestion("f", now, now + 60_000), binding: short.binding };
        same("over", await there.ask(later, few), { question: later });
      }),
  },
  {
    name: "a caller has so many open questions, however many instances are asked",
    run: (under) =>
      withTwo(under, async ([here, there], now) => {
        const two = { mostOfCaller: 2 };
        const of = (id: string, caller = "ann") => ({ ...exampleQuestion(id, now, now + 60_000), caller });
        await here.ask(of("a"), two);
        await there.ask(of("b"), two);
        same("a third", await here.ask(of("c"), two), undefined);
        same("of another", await here.ask(of("d", "eve"), two), { question: of("d", "eve") });
        same("the first again", await there.ask(of("a"), two), { question: of("a") });
        await there.answer("a", lead);
        same("once one is answered", await here.ask(of("c"), two), { question: of("c") });
      }),
  },
];

async function withTwo(
  { make, now }: ApprovalsUnderTest,
  body: (two: readonly [Approvals, Approvals], now: number) => Promise<void>,
): Promise<void> {
  const two = await make();
  try {
    await body(two, now());
  } finally {
    for (const each of new Set(two)) await each.close?.();
  }
}

function same(what: string, got: unknown, wanted: unknown): void {
  const [a, b] = [got, wanted].map((each) => JSON.stringify(each));
  if (a !== b) throw new Error(`${what}: this is\n${a}\nand should be\n${b}`);
}
