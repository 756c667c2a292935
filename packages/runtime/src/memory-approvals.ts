import type { ApprovalAnswer, ApprovalQuestion, ApprovalState, Approvals } from "@mcpolicy/core";

export interface MemoryApprovalsOptions {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How many questions there may be that are not over; beyond it `ask` throws. 10,000 unless said. */
  readonly most?: number;
}

/** Approvals in the memory of one process: they end with it. A question is forgotten when its time is over. */
export function memoryApprovals({ now, most = 10_000 }: MemoryApprovalsOptions): Approvals {
  const states = new Map<string, { readonly question: ApprovalQuestion; answer?: ApprovalAnswer }>();
  /** The id of the latest question by what it is bound to. */
  const standingFor = new Map<string, string>();

  const current = (id: string): (ApprovalState & { answer?: ApprovalAnswer }) | undefined => {
    const state = states.get(id);
    return state !== undefined && now() < state.question.until ? state : undefined;
  };

  const ofCaller = ({ caller }: ApprovalQuestion): number =>
    [...states.values()].filter(
      ({ question, answer }) => question.caller === caller && answer === undefined && now() < question.until,
    ).length;

  return {
    ask(question, { mostOfCaller, instead }) {
      const standing = current(standingFor.get(question.binding) ?? "");
      if (standing !== undefined && standing.question.id !== instead) return structuredClone(standing);
      if (current(question.id) !== undefined)
        throw new Error(`there is a question of the id \`${question.id}\` already`);
      if (ofCaller(question) >= mostOfCaller) return undefined;
      if (states.size >= most) {
        for (const [id, state] of states) {
          if (current(id) !== undefined) continue;
          states.delete(id);
          if (standingFor.get(state.question.binding) === id) standingFor.delete(state.question.binding);
        }
        if (states.size >= most) throw new Error(`there is no room for more than ${most} questions`);
      }
      states.set(question.id, { question: structuredClone(question) });
      standingFor.set(question.binding, question.id);
      return { question: structuredClone(question) };
    },
    get: (id) => structuredClone(current(id)),
    list(count) {
      const open = [...states.keys()].flatMap((id) => current(id) ?? []).filter(({ answer }) => answer === undefined);
      return structuredClone(open.toSorted((a, b) => a.question.asked - b.question.asked).slice(0, count));
    },
    answer(id, answer) {
      const state = current(id);
      if (state === undefined || state.answer !== undefined) return false;
      state.answer = structuredClone(answer);
      return true;
    },
  };
}
