import type { AuditSink, StateDriver } from "@mcpolicy/core";
import type { ApprovalChannel } from "../approvals.ts";
import { Enforcer, type EnforcerOptions } from "../decide/enforcer.ts";
import { Definitions, type DefinitionsOptions } from "../pins/definitions.ts";
import type { Difference } from "../pins/hold.ts";
import type { EnforcedPolicy } from "../policy.ts";
import type { Settings } from "../settings.ts";
import { memoryTasks, type TaskOwners } from "../tasks/owners.ts";
import type { Profile } from "../wire/denial.ts";

/** How a server is guarded, whatever policy is in force. */
export interface GuardingOptions {
  /** The name that the policy gives the server. */
  readonly server: string;
  readonly audit: AuditSink;
  readonly state?: StateDriver | undefined;
  readonly settings?: Settings | undefined;
  /** How calls that lack proofs get one; without it they are denied. */
  readonly approvals?: ApprovalChannel | undefined;
  readonly profile?: Profile | undefined;
  readonly resultContext?: EnforcerOptions["resultContext"];
  /** Live definitions that are not as pinned. */
  readonly onDifferences?: ((differences: readonly Difference[]) => void) | undefined;
  readonly tasks?: TaskOwners | undefined;
  /** Milliseconds for a check of the live definitions; 30,000 unless said. */
  readonly checkTimeout?: number | undefined;
  /** Requests in flight of one connection; 1,000 unless said. */
  readonly mostInFlight?: number | undefined;
  /** Epoch milliseconds. */
  readonly now?: (() => number) | undefined;
  /** Unique ids of decisions, unguessable. */
  readonly newId?: (() => string) | undefined;
}

/** A policy before one server: what connections to it share. */
export interface Guarding {
  readonly enforcer: Enforcer;
  readonly definitions: Definitions;
  readonly tasks: TaskOwners;
  readonly settings: Settings | undefined;
  readonly approvals: ApprovalChannel | undefined;
  readonly profile: Profile | undefined;
  readonly mostInFlight: number | undefined;
}

/** Throws a TypeError where the policy has no such server, or remembers and there is no state. */
export function guardingOf(
  options: GuardingOptions,
  policy: EnforcedPolicy,
  asking?: DefinitionsOptions["asking"],
): Guarding {
  const { settings, approvals, profile, mostInFlight } = options;
  const enforcer = new Enforcer({ ...options, policy });
  const tasks = options.tasks ?? memoryTasks({ onForgotten: ({ decided }) => void enforcer.release(decided) });
  return {
    enforcer,
    definitions: definitionsFor(enforcer, options, asking),
    tasks,
    settings,
    approvals,
    profile,
    mostInFlight,
  };
}

/** For a server of whose definitions nothing is known yet. */
export function definitionsFor(
  enforcer: Enforcer,
  { checkTimeout = 30_000, onDifferences }: GuardingOptions,
  asking?: DefinitionsOptions["asking"],
): Definitions {
  return new Definitions({
    ...{ server: enforcer.server, strict: true, newId: enforcer.newId, timeout: checkTimeout, asking },
    onDifferences(differences) {
      for (const { text } of differences) void enforcer.notice("pin-difference", text);
      onDifferences?.(differences);
    },
  });
}
