import {
  callerKeyOf,
  emptyState,
  type Operation,
  type PolicyIr,
  type Principal,
  type Request,
  type ServerIr,
  type State,
} from "@mcpolicy/core";
import { type Caller, callerOf, given, isRefused } from "./caller.ts";
import { nearestAllow, whatHeld } from "./explain.ts";
import { operandValue } from "./interpret.ts";
import type { Question } from "./question.ts";
import { ruleTruth } from "./rule-truth.ts";
import { type History, residualScene, type Scene, sceneOf } from "./scene.ts";

/** A question that the interpreter answers, about a scene. */
export interface SceneQuestion extends Question {
  readonly scene: Scene;
}

export function sceneQuestion(caller: Caller, operation: Operation, time: number, scene: Scene): SceneQuestion {
  const asked = { caller, operation, time, scene };
  return {
    ...asked,
    truthOf: (rule) => ruleTruth(rule, asked),
    behind: (rule) => whatHeld(rule, asked),
    nearestOf: (ir) => nearestAllow(ir, asked),
    amountOf({ window }) {
      const of = window.kind === "per" ? window.of : undefined;
      const value = of === undefined ? 1 : operandValue(of, scene);
      return typeof value === "number" ? value : undefined;
    },
  };
}

/** What a call asks. */
export function callQuestion(
  ir: PolicyIr,
  server: ServerIr,
  caller: Caller,
  request: Request,
  state: State,
): SceneQuestion {
  const { operation } = request;
  const context = given(request.context);
  const history = historyOf(ir, caller, state, context.time);
  const scene = sceneOf(server, operation, caller, request.arguments, context, history);
  return sceneQuestion(caller, operation, context.time, scene);
}

/** What a `list` decision asks: arguments and context unknown, caller, tool and dates known. */
export function residualQuestion(server: ServerIr, operation: Operation, caller: Caller, time: number): SceneQuestion {
  return sceneQuestion(caller, operation, time, residualScene(server, operation, caller));
}

/** What a request asks, where it gets as far as the rules; for the explainer. */
export function questionOf(ir: PolicyIr, request: Request): SceneQuestion | undefined {
  const caller = callerOf(ir, request.principal);
  const server = ir.servers.find((each) => each.name === request.operation.server);
  if (isRefused(caller) || server === undefined) return undefined;
  return callQuestion(ir, server, caller, request, request.state ?? emptyState);
}

/** What conditions about the past read. */
export function historyOf(ir: PolicyIr, caller: Caller, state: State, now: number): History {
  return {
    state,
    caller: callerKeyOf(caller as unknown as Principal),
    now,
    serverOf: (name) => ir.servers.find((server) => server.name === name),
  };
}
