import type { JsonObject } from "@mcpolicy/core";
import { isLater, type Maybe } from "../maybe.ts";

/** What comes with a message from the client: both SDK generations say who sent it. */
export interface MessageExtra {
  readonly authInfo?: unknown;
  readonly [fact: string]: unknown;
}

/** What goes with a message to the client. */
export interface SendOptions {
  readonly relatedRequestId?: string | number | undefined;
  readonly [option: string]: unknown;
}

/** A transport of either SDK generation, as far as it is instrumented. */
export interface GuardedTransport {
  onmessage?: ((message: never, extra?: never) => void) | undefined;
  onclose?: (() => void) | undefined;
  send(message: never, options?: never): Promise<void>;
}

/** Stands between a transport and the server that it is connected to. */
export interface Between {
  /** A message from the client; `deliver` hands one to the server. */
  readonly fromClient: (message: unknown, extra: MessageExtra | undefined) => void;
  /** A message from the server. Settles as what carries it settles. */
  readonly fromServer: (message: unknown, options: SendOptions | undefined) => Maybe<void>;
  readonly closed: () => void;
}

/** The two ends of a transport that is instrumented. */
export interface TransportEnds {
  readonly deliver: (message: JsonObject, extra: MessageExtra | undefined) => void;
  readonly send: (message: JsonObject, options: SendOptions | undefined) => Promise<void>;
}

const gone: Promise<void> = Promise.resolve();

type Callback = (...given: readonly unknown[]) => void;

/**
 * Instruments the very object that a server is about to be connected to: SDK generation 2 tells transports apart by `instanceof` and calls their
 * methods on its own reference, which a wrapper would lose. What the server sets as `onmessage` is called by what stands between.
 */
export function instrument(transport: GuardedTransport, between: (ends: TransportEnds) => Between): void {
  let deliver: Callback | undefined;
  const send = transport.send.bind(transport) as (message: unknown, options?: unknown) => Promise<void>;
  const { fromClient, fromServer, closed } = between({
    deliver: (message, extra) => deliver?.(message, extra),
    send: (message, options) => send(message, options),
  });
  intercept(transport, "onmessage", (callback) => {
    deliver = callback;
    return (message, extra) => fromClient(message, extra as MessageExtra | undefined);
  });
  intercept(transport, "onclose", (callback) => () => {
    closed();
    callback();
  });
  // Not `async`: a promise of what carries the message would be put into another, for each message.
  transport.send = (message: never, options?: never) => {
    try {
      const going = fromServer(message, options);
      return isLater(going) ? going : gone;
    } catch (problem) {
      return Promise.reject(problem);
    }
  };
}

/** Puts something before whatever callback is set from now on, through an accessor of the prototype where there is one. */
function intercept(
  transport: GuardedTransport,
  name: "onmessage" | "onclose",
  before: (callback: Callback) => Callback,
): void {
  const inherited = accessorOf(transport, name);
  let current: Callback | undefined = transport[name] as Callback | undefined;
  Object.defineProperty(transport, name, {
    configurable: true,
    enumerable: true,
    get: () => current,
    set(callback: Callback | undefined) {
      current = callback === undefined ? undefined : before(callback);
      inherited?.set?.call(transport, current);
    },
  });
}

function accessorOf(transport: object, name: string): PropertyDescriptor | undefined {
  for (let at = Object.getPrototypeOf(transport); at !== null; at = Object.getPrototypeOf(at)) {
    const found = Object.getOwnPropertyDescriptor(at, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
