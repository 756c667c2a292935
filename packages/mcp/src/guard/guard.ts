import type { AuditSink, JsonObject, StateDriver } from "@mcpolicy/core";
import type { ApprovalChannel } from "../approvals.ts";
import { memorySink } from "../audit/memory-sink.ts";
import { type Caller, nobody } from "../caller.ts";
import { Connection } from "../connection/connection.ts";
import { Enforcer, type EnforcerOptions } from "../decide/enforcer.ts";
import { caught, InOrder, type Maybe } from "../maybe.ts";
import { Definitions } from "../pins/definitions.ts";
import type { Difference } from "../pins/hold.ts";
import type { EnforcedPolicy } from "../policy.ts";
import type { Settings } from "../settings.ts";
import { memoryTasks, type TaskOwners } from "../tasks/owners.ts";
import { asJson } from "../wire/as-json.ts";
import type { Profile } from "../wire/denial.ts";
import type { Id } from "../wire/message.ts";
import { verifiedCaller } from "./auth.ts";
import { type GuardedTransport, instrument, type MessageExtra, type SendOptions } from "./transport.ts";

export interface GuardOptions extends Pick<EnforcerOptions, "now" | "newId" | "resultContext"> {
  readonly policy: EnforcedPolicy;
  /** The name that the policy gives the server. */
  readonly server: string;
  /**
   * The verified caller of a message, and what the host knows of it; asked for each message. By default the one that `@mcpolicy/identity` verified.
   * Where it throws or rejects there is none, and nothing is let through.
   */
  readonly auth?: (extra: MessageExtra | undefined) => Maybe<Caller>;
  /** Where decisions and outcomes are recorded; by default the latest 1,000 are kept in memory. */
  readonly audit?: AuditSink;
  /** Where history, labels and limits are kept; a policy that remembers nothing needs none. */
  readonly state?: StateDriver;
  readonly settings?: Settings;
  /** How calls that lack proofs get one; without it they are denied. */
  readonly approvals?: ApprovalChannel;
  readonly profile?: Profile;
  /** Live definitions that are not as pinned. They are recorded too. */
  readonly onDifferences?: (differences: readonly Difference[]) => void;
  /** Milliseconds for a check of the live definitions; 30,000 by default. */
  readonly checkTimeout?: number;
  /** Requests in flight on one connection, in one direction; 1,000 by default. */
  readonly mostInFlight?: number;
}

/** A `Server` or `McpServer` of `@modelcontextprotocol/sdk` 1.x or `@modelcontextprotocol/server` 2.x, as far as it is looked at. */
export interface GuardedServer {
  connect(transport: never): Promise<void>;
  /** Of an `McpServer`: what speaks the protocol. */
  readonly server?: { connect(transport: never): Promise<void> };
}

/** Puts a policy before servers. What it keeps is shared by all of them: it is made once, and put before each server in no time. */
export type Guard = <Server extends GuardedServer>(server: Server) => Server;

/**
 * Makes a guard, for servers that are made anew for each request or session. Throws a TypeError where the policy has no such server, or
 * remembers and no `state` is given.
 */
export function guardOf(options: GuardOptions): Guard {
  const enforcer = new Enforcer({ ...options, audit: options.audit ?? memorySink() });
  const definitions = new Definitions({
    server: enforcer.server,
    // Servers may define other tools for other callers: what was not seen otherwise is taken to be as pinned.
    strict: false,
    newId: enforcer.newId,
    timeout: options.checkTimeout ?? 30_000,
    onDifferences(differences) {
      for (const { text } of differences) void enforcer.notice("pin-difference", text);
      options.onDifferences?.(differences);
    },
  });
  const tasks = memoryTasks({ onForgotten: ({ decided }) => void enforcer.release(decided) });
  const parts: Parts = { options, enforcer, definitions, tasks };
  return (server) => {
    const protocol = server.server ?? server;
    if (guarded.has(protocol)) throw new TypeError("the server is guarded already");
    if ((protocol as { readonly transport?: unknown }).transport !== undefined) {
      throw new TypeError("the server is connected already: guard it before `connect`");
    }
    guarded.add(protocol);
    const connect = protocol.connect.bind(protocol);
    protocol.connect = (transport: never) => {
      stand(transport as GuardedTransport, parts);
      return connect(transport);
    };
    return server;
  };
}

/**
 * Puts a policy before a server: every message between it and whatever it is connected to is decided. To be called before `connect`, in both
 * generations of the SDK; the server is given back. Servers that are made anew for each request share a `guardOf`.
 */
export function guard<Server extends GuardedServer>(server: Server, options: GuardOptions): Server {
  return guardOf(options)(server);
}

const guarded = new WeakSet<object>();

interface Parts {
  readonly options: GuardOptions;
  readonly enforcer: Enforcer;
  readonly definitions: Definitions;
  readonly tasks: TaskOwners;
}

function stand(transport: GuardedTransport, { options, enforcer, definitions, tasks }: Parts): void {
  if (guarded.has(transport)) return;
  guarded.add(transport);
  const { settings, profile, approvals, mostInFlight } = options;
  const auth = options.auth ?? ((extra) => verifiedCaller(extra, enforcer.now()));
  instrument(transport, ({ deliver, send }) => {
    const connection = new Connection<MessageExtra | undefined, SendOptions | undefined>({
      ...{ enforcer, definitions, tasks, mostInFlight, transport: "in-process", ids: "theirs", values: "objects" },
      ...{ settings, profile, approvals },
      ends: {
        toServer: deliver,
        toClient: (message, { outbound, request }) => send(message, outbound ?? optionsOf(message, request)),
      },
    });
    const inTurn = new InOrder();
    return {
      fromClient(message, extra) {
        const caller = caught(
          () => auth(extra),
          () => nobody,
        );
        void inTurn.add(caller, (each) => {
          void connection.fromClient(plainOrNothing(message), each, extra);
        });
      },
      fromServer(message, sendOptions) {
        const request = sendOptions?.relatedRequestId;
        return connection.fromServer(message, sendOptions, request === undefined ? {} : { request });
      },
      closed: () => connection.clientEnded(),
    };
  });
}

/** A question of ours to the client goes where the request is that it is about. */
function optionsOf(message: JsonObject, relatedRequestId: Id | undefined): SendOptions | undefined {
  return Object.hasOwn(message, "method") && relatedRequestId !== undefined ? { relatedRequestId } : undefined;
}

/** A message that has no JSON form is none. */
function plainOrNothing(message: unknown): unknown {
  try {
    return asJson(message);
  } catch {
    return undefined;
  }
}
