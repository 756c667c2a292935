import type { AuditSink, JsonObject, Principal, StateDriver, Value } from "@mcpolicy/core";
import type { ApprovalChannel } from "../approvals.ts";
import type { Caller } from "../caller.ts";
import { Connection } from "../connection/connection.ts";
import { Enforcer } from "../decide/enforcer.ts";
import { after, caught, InOrder, type Maybe } from "../maybe.ts";
import { Definitions, type DefinitionsOptions } from "../pins/definitions.ts";
import type { Difference } from "../pins/hold.ts";
import type { EnforcedPolicy } from "../policy.ts";
import type { Settings } from "../settings.ts";
import type { Flaw, Profile } from "../wire/denial.ts";
import { type Bounds, callerBounds, type Intake, idOfRefused, intake, serverBounds } from "../wire/intake.ts";
import type { Line } from "../wire/lines.ts";
import type { Id } from "../wire/message.ts";

export interface SessionOptions {
  readonly policy: EnforcedPolicy;
  /** The name that the policy gives the guarded server. */
  readonly server: string;
  /** The verified caller, asked for each message; undefined where there is none. Where it fails there is none. */
  readonly principal: () => Maybe<Principal | undefined>;
  readonly toClient: (message: JsonObject) => void;
  readonly toServer: (message: JsonObject) => void;
  /** Asks the server by itself what it defines; on this connection, where it is not given. */
  readonly asking?: DefinitionsOptions["asking"];
  readonly audit: AuditSink;
  readonly state?: StateDriver | undefined;
  readonly settings?: Settings;
  /** How calls that lack proofs get one; without it they are denied. */
  readonly approvals?: ApprovalChannel;
  readonly profile?: Profile;
  /** Live definitions that are not as pinned. */
  readonly onDifferences?: (differences: readonly Difference[]) => void;
  /** Called each time that the last request of the client has been answered. */
  readonly onIdle?: () => void;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  /** Unique ids of decisions, unguessable. */
  readonly newId?: () => string;
  readonly bounds?: { readonly client?: Bounds; readonly server?: Bounds };
  /** Milliseconds for a check of the live definitions; 30,000 by default. */
  readonly checkTimeout?: number;
  /** Requests in flight in one direction; 1,000 by default. */
  readonly mostInFlight?: number;
}

/** A connection that is carried as lines of JSON, whatever carries the lines: takes them in strictly, and gives out messages newly made. */
export class Session {
  readonly #options: SessionOptions;
  readonly #connection: Connection<undefined, undefined>;
  /** Lines of each side are dealt with in the order in which they came, however long it takes to know the caller. */
  readonly #fromClient = new InOrder();
  readonly #fromServer = new InOrder();

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#connection = new Connection({
      ...this.#deciding(options.policy),
      ...{ transport: "stdio", ids: "ours", checksEarly: options.asking === undefined },
      ...{ mostInFlight: options.mostInFlight, onIdle: options.onIdle },
      ...{ settings: options.settings, profile: options.profile, approvals: options.approvals },
      ends: { toServer: options.toServer, toClient: options.toClient },
    });
  }

  #deciding(policy: EnforcedPolicy): { readonly enforcer: Enforcer; readonly definitions: Definitions } {
    const options = this.#options;
    const enforcer = new Enforcer({ ...options, policy });
    const definitions = new Definitions({
      server: enforcer.server,
      strict: true,
      newId: enforcer.newId,
      timeout: options.checkTimeout ?? 30_000,
      asking: options.asking,
      onDifferences(differences) {
        for (const { text } of differences) void enforcer.notice("pin-difference", text);
        options.onDifferences?.(differences);
      },
    });
    return { enforcer, definitions };
  }

  /**
   * Another policy takes the place of the one in force; what is under way ends under the one that decided it. Throws a TypeError where it has no such
   * server: then nothing changes.
   */
  adopt(policy: EnforcedPolicy): void {
    this.#connection.adopt(this.#deciding(policy));
  }

  /** Whether each request of the client has its answer, and each of its lines was taken in. */
  get isIdle(): boolean {
    return this.#connection.isIdle && this.#fromClient.pending === undefined;
  }

  /** Settles when each line that the client sent so far was taken in: that waits for its caller to be known. */
  async taken(): Promise<void> {
    while (this.#fromClient.pending !== undefined) await this.#fromClient.pending;
  }

  /** A line from the client; undefined for one beyond the bound. Never throws. */
  client(line: Line): void {
    const bounds = this.#options.bounds?.client ?? callerBounds;
    void this.#fromClient.add(this.#caller(), (caller) => {
      const { taken, id } = takenFrom(line, "request", bounds);
      if (taken.kind === "value") void this.#connection.fromClient(taken.value, caller, undefined);
      else {
        const kind = taken.fault === "malformed" ? "malformed" : "not-a-message";
        void this.#connection.refuse(id, kind, taken.why, caller);
      }
    });
  }

  /** A line from the server; undefined for one beyond the bound. Never throws. */
  server(line: Line): void {
    const bounds = this.#options.bounds?.server ?? serverBounds;
    void this.#fromServer.add(this.#caller(), (caller) => {
      const { taken, id } = takenFrom(line, "response", bounds);
      if (taken.kind === "value") void this.#connection.fromServer(taken.value, undefined, { caller });
      // Whose answer a line beyond the bound was cannot be told, so no answer may be waited for any longer.
      else void this.#connection.serverBroken(id, taken.why, line === undefined);
    });
  }

  /** A JSON value from a server that does not speak in lines. */
  serverSaid(value: Value): Maybe<void> {
    return this.#fromServer.add(this.#caller(), (caller) => {
      void this.#connection.fromServer(value, undefined, { caller });
    });
  }

  /** Something of it that cannot be used: the answer to a request, where there is an id. */
  serverBroken(id: Id | undefined, why: string, isFatal: boolean): Maybe<void> {
    return this.#fromServer.add(undefined, () => this.#connection.serverBroken(id, why, isFatal));
  }

  /** No answer will come to a request. */
  serverFailed(id: Id, kind: Flaw, why: string): Maybe<void> {
    return this.#fromServer.add(undefined, () => this.#connection.serverFailed(id, kind, why));
  }

  /** The server is gone: whatever waits for it is answered, and so is whatever still comes. */
  serverEnded(): Maybe<void> {
    return this.#fromServer.add(undefined, () => this.#connection.serverEnded());
  }

  #caller(): Maybe<Caller> {
    return after(
      caught(this.#options.principal, () => undefined),
      (principal) => ({ principal }),
    );
  }
}

function takenFrom(
  line: Line,
  kind: "request" | "response",
  bounds: Bounds,
): { readonly taken: Intake; readonly id: string | number | undefined } {
  if (line === undefined) {
    const why = `the message is larger than ${bounds.bytes} bytes`;
    return { taken: { kind: "refused", fault: "oversize", why }, id: undefined };
  }
  const taken = intake(line, bounds);
  return { taken, id: taken.kind === "value" ? undefined : idOfRefused(line, kind, bounds) };
}
