import type { ApprovalAnswer, ApprovalQuestion, ApprovalState, Approvals } from "@mcpolicy/core";
import type { RedisClient, Reply } from "./client.ts";
import { answerScript, askedScript, askScript } from "./lua/approvals.ts";
import { type Naming, partOf, tagOf } from "./names.ts";
import { within } from "./within.ts";

export interface RedisApprovalsOptions extends Naming {
  readonly client: RedisClient;
  /** Milliseconds that any command may take; 1,000 unless said. */
  readonly timeout?: number;
  /** How many questions there may be that are not over; beyond it `ask` rejects. 10,000 unless said. */
  readonly most?: number;
}

/** Approvals in Redis or Valkey: asked by one instance, answered through another. A question is forgotten when its time is over. */
export function redisApprovals(options: RedisApprovalsOptions): Approvals {
  const { client, timeout = 1_000, most = 10_000 } = options;
  const part = partOf(options, "approvals");
  const keys = ["questions", "answers", "open", "ends"].map((name) => part + name);
  const bindings = `${part}bindings`;

  async function asked(...args: readonly string[]): Promise<readonly ApprovalState[]> {
    const texts = (await within(timeout, () => client.run(askedScript, keys, args))) as readonly Reply[];
    return Array.from({ length: texts.length / 2 }, (_, index) => stateOf(texts[2 * index], texts[2 * index + 1]));
  }

  return {
    async ask(question, { mostOfCaller, instead = "" }) {
      const { id, asked: at, until, binding, caller } = question;
      const args = [id, JSON.stringify(question), String(at), String(until), String(most)];
      const more = [binding, instead, String(mostOfCaller)];
      const all = [...keys, bindings, `${part}of:${tagOf(caller)}`];
      const [what, ...standing] = (await within(timeout, () =>
        client.run(askScript, all, [...args, ...more]),
      )) as readonly Reply[];
      if (what === "many") return undefined;
      if (what === "stands") return stateOf(standing[0], standing[1]);
      if (what !== "done") throw new Error(`there is a question of the id \`${id}\` already`);
      return { question };
    },
    get: async (id) => (await asked("get", id))[0],
    list: (count) => asked("list", String(count)),
    async answer(id, answer) {
      const reply = await within(timeout, () => client.run(answerScript, keys, [id, JSON.stringify(answer)]));
      return Number(reply) === 1;
    },
  };
}

function stateOf(question: Reply | undefined, answer: Reply | undefined): ApprovalState {
  return {
    question: JSON.parse(String(question)) as ApprovalQuestion,
    ...(answer === "" ? {} : { answer: JSON.parse(String(answer)) as ApprovalAnswer }),
  };
}
