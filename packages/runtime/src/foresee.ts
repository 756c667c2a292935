import {
  type Context,
  type Effect,
  isPossibly,
  isSurely,
  type JsonObject,
  type Operation,
  type Principal,
  type RuleHeadIr,
  type Truth,
} from "@mcpolicy/core";
import { callerOf, given, isRefused } from "./caller.ts";
import { enforcedOf, type Means } from "./decide.ts";
import { enforced, isListed } from "./list.ts";
import { isKnown } from "./operations.ts";
import { residualQuestion, sceneQuestion } from "./scene-question.ts";

/** A request whose arguments are not known, nor what is remembered. */
export interface Unseen {
  readonly principal: Principal | undefined;
  readonly operation: Operation;
  /** Epoch milliseconds. */
  readonly time: number;
  /** All facts of the host; undefined where some of them are not known. */
  readonly context?: Context;
  /** Whether the arguments are known to be valid. */
  readonly isValid: boolean;
  /** Whether it brings proofs of duties. */
  readonly hasProofs: boolean;
}

/** How far a decision gets, lowest first, as `outcome.ts` has it. */
const stages = ["unauthenticated", "unknown", "invalid", "deny", "ask", "allow"] as const;

type Stage = (typeof stages)[number];

/** The least and the most that a decision can come to. */
interface Reach {
  readonly least: Stage;
  readonly most: Stage;
}

/** The effect of a request whatever its arguments are and whatever is remembered, or undefined where it hangs on them. */
export function foresee(means: Means, unseen: Unseen): Effect | undefined {
  const { least, most } = reachOfAll(means, unseen);
  if (least !== most) return undefined;
  return least === "unknown" ? "deny" : least;
}

function reachOfAll(means: Means, unseen: Unseen): Reach {
  const all = [reachOf(means, unseen), ...means.narrows.map((wider) => reachOfAll(wider, unseen))];
  return { least: lowest(all.map(({ least }) => least)), most: lowest(all.map(({ most }) => most)) };
}

function reachOf(means: Means, { principal, operation, time, context, isValid, hasProofs }: Unseen): Reach {
  const ir = means.near(operation);
  const caller = callerOf(ir, principal);
  if (isRefused(caller)) return exactly("unauthenticated");
  const server = ir.servers.find((each) => each.name === operation.server);
  if (server === undefined || !isKnown(server, operation)) return exactly("unknown");
  const residual = residualQuestion(server, operation, caller, time);
  const isNamed = operation.kind === "tool" || operation.kind === "prompt";
  if (isNamed && !isListed(ir, residual)) return exactly("unknown");

  const scene = context === undefined ? residual.scene : { ...residual.scene, context: given(context) as JsonObject };
  const question = sceneQuestion(caller, operation, time, scene);
  const truths = (rules: readonly RuleHeadIr[]): readonly Truth[] => rules.map((rule) => question.truthOf(rule));
  const denies = truths(enforced(ir, "deny"));
  const allows = truths(enforced(ir, "allow"));
  const limits = truths(enforcedOf(ir.limits));
  const requires = truths(enforcedOf(ir.requires));

  const isDenied = denies.some(isSurely) || !allows.some(isPossibly);
  const isAllowed = allows.some(isSurely) && !denies.some(isPossibly);
  const most = isDenied ? "deny" : requires.some(isSurely) && !hasProofs ? "ask" : "allow";
  const granted = requires.some(isPossibly) ? "ask" : "allow";
  const least = isAllowed && !limits.some(isPossibly) ? granted : "deny";
  return { least: isValid ? least : lowest([least, "invalid"]), most };
}

function exactly(stage: Stage): Reach {
  return { least: stage, most: stage };
}

function lowest(all: readonly Stage[]): Stage {
  return stages.find((stage) => all.includes(stage)) ?? "deny";
}
