import {
  emptyState,
  fault,
  type JsonObject,
  messageOf,
  type Request,
  type StateDriver,
  type StateEvent,
  type StateNeed,
  type StateRead,
} from "@mcpolicy/core";
import type { LoadedPolicy } from "./load.ts";
import type { Answer } from "./result.ts";
import type { Step } from "./step.ts";
import type { ToolResult } from "./tool-result.ts";

/** What need not be waited for, or what must. */
export type Soon<Value> = Value | Promise<Value>;

/** A policy that keeps its state itself: each decision is read, made and committed. */
export interface StatefulPolicy {
  /**
   * Decides a call by its unique id; what it takes and sets is committed when this settles. Never throws or rejects: a store that fails, or
   * that others are always faster at, makes it a denial with reason `fault`. `request.state` is not looked at.
   */
  readonly step: (request: Request, id: string) => Soon<Step>;
  /** What becomes of a call's result; committed when this settles, so that something of it may leave. Never throws or rejects. */
  readonly answer: (
    request: Request,
    id: string,
    result: ToolResult,
    now: number,
    context?: JsonObject,
  ) => Soon<Answer>;
  /** A call that was let through has no answer, and will have none. Throws or rejects where the store cannot write that down. */
  readonly giveUp: (request: Request, id: string, now: number) => Soon<void>;
}

/** How often a decision is made again since others were faster. Those of one caller here take turns, so that these are other instances. */
const mostTries = 100;

/** What a policy needs to keep its state. */
export type Deciding = Pick<LoadedPolicy, "need" | "step" | "answerNeed" | "answer" | "giveUp">;

/** A policy together with the place where its state is kept. */
export function withState(policy: Deciding, driver: StateDriver): StatefulPolicy {
  const inTurn = turns();

  /** Reads, decides and commits, and does so again on a conflict. */
  function committed<Made extends { readonly event: StateEvent | undefined }>(
    need: StateNeed,
    make: (read: StateRead) => Made,
    tries: number,
  ): Soon<Made> {
    return after(driver.read(need), (read) => {
      const made = make(read);
      if (made.event === undefined) return made;
      return after(driver.commit(read, made.event), (result): Soon<Made> => {
        if (result === "committed") return made;
        if (tries === 0) throw new Error("others are always faster at changing the state that this is decided on");
        const again = (): Soon<Made> => committed(need, make, tries - 1);
        // Limits and proofs alone settle it at the next look; what reads calls or labels would cross with its like time and again.
        const isCrossing = tries === mostTries && (need.calls !== "none" || need.labels);
        return isCrossing ? inTurn(need.calls === "anyone" ? need.tenant : need.caller, again) : again();
      });
    });
  }

  return {
    step(request, id) {
      const bare = { ...request, state: emptyState };
      const step = (read: StateRead): Step => {
        const context = { ...request.context, time: read.now };
        return policy.step({ ...request, context, state: read.state }, id);
      };
      return unless(
        () => {
          const need = policy.need(request);
          return need === undefined ? withoutEvent(policy.step(bare, id)) : committed(need, step, mostTries);
        },
        (failure) => ({ decision: fault(`the state cannot be kept: ${failure}`), event: undefined }),
      );
    },
    answer(request, id, result, now, context) {
      const bare = { ...request, state: emptyState };
      const answer = (read: StateRead): Answer =>
        policy.answer({ ...request, state: read.state }, id, result, read.now, context);
      return unless(
        () => {
          const need = policy.answerNeed(request, now);
          return need === undefined
            ? withoutEvent(policy.answer(bare, id, result, now, context))
            : committed(need, answer, mostTries);
        },
        (failure) => ({
          decision: fault(`the state cannot be kept: ${failure}`),
          result: undefined,
          event: undefined,
        }),
      );
    },
    giveUp(request, id, now) {
      const need = policy.answerNeed(request, now);
      if (need === undefined) return;
      // Nothing is decided on what is read.
      const blind: StateNeed = { ...need, calls: "none", labels: false };
      return after(
        committed(blind, (read) => ({ event: policy.giveUp(request, id, read.now) }), mostTries),
        () => {},
      );
    },
  };
}

/** What is decided without a state leaves nothing behind. Throws where it does: nobody would commit it. */
function withoutEvent<Made extends { readonly event: StateEvent | undefined }>(made: Made): Made {
  if (made.event !== undefined) throw new Error("there is something to be kept that was not asked for");
  return made;
}

function after<Value, Next>(value: Soon<Value>, next: (value: Value) => Soon<Next>): Soon<Next> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** What comes of it, or instead of a failure, in words. */
function unless<Value>(run: () => Soon<Value>, otherwise: (failure: string) => Value): Soon<Value> {
  const failed = (failure: unknown): Value => otherwise(messageOf(failure));
  try {
    const value = run();
    return value instanceof Promise ? value.catch(failed) : value;
  } catch (failure) {
    return failed(failure);
  }
}

/** Lets those of one key go one after the other. */
function turns(): <Value>(key: string, run: () => Soon<Value>) => Promise<Value> {
  const last = new Map<string, Promise<unknown>>();
  return (key, run) => {
    const mine = (last.get(key) ?? Promise.resolve()).then(run);
    const done = mine.then(
      () => {},
      () => {},
    );
    last.set(key, done);
    void done.then(() => {
      if (last.get(key) === done) last.delete(key);
    });
    return mine;
  };
}
