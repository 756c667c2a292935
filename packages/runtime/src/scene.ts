import {
  absent,
  type CallerKey,
  type Context,
  type Facts,
  isRecord,
  itsOf,
  type JsonObject,
  type Operation,
  type PastCall,
  type ReferenceIr,
  type ServerIr,
  type State,
  step,
  type Truth,
  toolFacts,
  type Value,
} from "@mcpolicy/core";
import type { Caller } from "./caller.ts";

/**
 * All that the conditions of one request can read. A root that is `undefined` is unknown as a whole: that is how a `list` decision
 * asks "whatever the arguments"; a root that the operation has not got (`tool` of a resource) is the empty record.
 */
export interface Scene {
  readonly args: Value | undefined;
  readonly principal: Facts | undefined;
  readonly context: Value | undefined;
  readonly tool: Facts;
  readonly resource: Facts;
  readonly result: Facts | undefined;
  /** The earlier event, in the conditions of history. */
  readonly its: Facts | undefined;
  /** Unknown, as a whole, in a `list` decision and in conditions about an earlier event. */
  readonly history: History | undefined;
  /** Where relative paths of this server hang. */
  readonly root: string | undefined;
  readonly variables: Readonly<Record<string, Value>>;
  /** Where relative paths of the earlier event hang. */
  readonly itsRoot: string | undefined;
  /** The quantified names that stand for something of it. */
  readonly itsVariables: readonly string[];
}

/** What conditions about the past read: the state without the present call, whose past, the instant, and the servers by name. */
export interface History {
  readonly state: State;
  readonly caller: CallerKey;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly serverOf: (name: string) => ServerIr | undefined;
}

const nothing = Object.freeze({});

/** The scene of a whole request. */
export function sceneOf(
  server: ServerIr,
  operation: Operation,
  caller: Caller,
  args: JsonObject,
  context: Context,
  history: History,
): Scene {
  return { ...knownBefore(server, operation, caller), args, context: context as JsonObject, history };
}

/** The scene of a `list` decision: arguments and context unknown, caller and tool known. */
export function residualScene(server: ServerIr, operation: Operation, caller: Caller): Scene {
  return { ...knownBefore(server, operation, caller), args: undefined, context: undefined, history: undefined };
}

/**
 * The scene in which a capability's condition reads an earlier event as if it were the request: the caller is known where it is the
 * present one; what the host said then, and what was remembered then, is not.
 */
export function sceneOfEvent(server: ServerIr, call: PastCall, present: Scene): Scene {
  const isOwn = call.caller === present.history?.caller;
  return {
    ...knownBefore(server, call.operation, isOwn ? present.principal : undefined),
    args: call.arguments,
    context: undefined,
    history: undefined,
  };
}

/** The present scene with an earlier event as `its`. */
export function sceneWithIts(call: PastCall, present: Scene): Scene {
  const itsRoot = present.history?.serverOf(call.operation.server)?.root;
  return { ...present, its: itsOf(call), itsRoot, history: undefined };
}

function knownBefore(
  server: ServerIr,
  operation: Operation,
  principal: Facts | undefined,
): Omit<Scene, "args" | "context" | "history"> {
  return {
    principal,
    tool: operation.kind === "tool" ? toolFacts(server, operation.name) : nothing,
    resource: operation.kind === "resource" ? { uri: operation.uri } : nothing,
    result: undefined,
    its: undefined,
    root: server.root,
    variables: nothing,
    itsRoot: undefined,
    itsVariables: [],
  };
}

type Found = Value | undefined | typeof absent;

/** The value at a reference before it is read: `absent` where it is not there, `undefined` where that is unknown. */
export function lookUp(reference: ReferenceIr, scene: Scene): Found {
  let value = rootOf(reference, scene);
  for (const key of reference.path) value = step(value, key);
  return value;
}

/** Whether a reference's value is there. Known wherever its root is known: stepping into what has no parts finds nothing. */
export function isThere(reference: ReferenceIr, scene: Scene): Truth {
  let value = rootOf(reference, scene);
  if (value === undefined) return undefined;
  for (const [index, key] of reference.path.entries()) {
    const part = step(value, key);
    if (part === absent) return false;
    // A fact can be there and unknown: a reassuring hint of an untrusted server.
    if (part === undefined) {
      return index === reference.path.length - 1 && isRecord(value) && Object.hasOwn(value, key);
    }
    value = part;
  }
  return true;
}

function rootOf(reference: ReferenceIr, scene: Scene): Found {
  if (reference.root !== "variable") return scene[reference.root] as Value | undefined;
  const name = reference.variable ?? "";
  return Object.hasOwn(scene.variables, name) ? scene.variables[name] : undefined;
}
