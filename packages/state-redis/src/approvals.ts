import type { ApprovalAnswer, ApprovalQuestion, ApprovalState, Approvals } from "@mcpolicy/core";
import type { RedisClient, Reply } from "./client.ts";
import { answerScript, askedScript, askScript } from "./lua/approvals.ts";
import { type Naming, partOf } from "./names.ts";
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

  async function asked(...args: readonly string[]): Promise<readonly ApprovalState[]> {
    const texts = (await within(timeout, () => client.run(askedScript, keys, args))) as readonly Reply[];
    return Array.from({ length: texts.length / 2 }, (_, index) => {
      const [question, answer] = [String(texts[2 * index]), String(texts[2 * index + 1])];
      return {
        question: JSON.parse(question) as ApprovalQuestion,
        ...(answer === "" ? {} : { answer: JSON.parse(answer) as ApprovalAnswer }),
      };
    });
  }

  return {
    async ask(question) {
      const { id, asked: at, until } = question;
      const args = [id, JSON.stringify(question), String(at), String(until), String(most)];
      const reply = await within(timeout, () => client.run(askScript, keys, args));
      if (reply !== "done") throw new Error(`there is a question of the id \`${id}\` already`);
    },
    get: async (id) => (await asked("get", id))[0],
    list: (count) => asked("list", String(count)),
    async answer(id, answer) {
      const reply = await within(timeout, () => client.run(answerScript, keys, [id, JSON.stringify(answer)]));
      return Number(reply) === 1;
    },
  };
}
