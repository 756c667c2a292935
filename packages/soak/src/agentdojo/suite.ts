import type { JsonObject } from "@mcpolicy/core";

/** A call of the benchmark and what its tool answered, cut at 1,500 characters. */
export interface Call {
  readonly name: string;
  readonly args: JsonObject;
  readonly result?: string;
}

/** What a person asks for, and the calls that do it. */
export interface UserTask {
  readonly id: string;
  readonly prompt: string;
  readonly calls: readonly Call[];
}

/** What an attacker wants, and the calls that do it. `derived_calls` stand for a message to the attacker's address. */
export interface InjectionTask {
  readonly id: string;
  readonly calls: readonly Call[];
  readonly derived_calls?: readonly Call[];
}

/** A suite of AgentDojo, as the outside data holds it. */
export interface Suite {
  readonly user_tasks: readonly UserTask[];
  readonly injection_tasks: readonly InjectionTask[];
  readonly environment_facts: { readonly contacts: readonly Contact[] };
}

/** An entry of the person's address book. */
export interface Contact {
  readonly name: string;
  readonly email: string;
}
