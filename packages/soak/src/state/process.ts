import { setTimeout as wait } from "node:timers/promises";
import { compile, generatedEngine } from "@mcpolicy/compiler";
import { checkPolicy } from "@mcpolicy/language";
import { everyAbility, type LoadedPolicy, loadPolicy, withState } from "@mcpolicy/runtime";
import { redisDriver, redisRevocations } from "@mcpolicy/state-redis";
import { connect } from "./connect.ts";
import type { Attempted, Order, Report, Watched } from "./orders.ts";

/** One of the processes that share a store: `fork`ed by the soak, it carries out one order after the other. */

let isHalted = false;
const tokens = new Map<string, { -readonly [Field in keyof Watched]: Watched[Field] }>();

process.on("message", (order: Order) => {
  switch (order.kind) {
    case "attempts":
      return void attempts(order);
    case "watch":
      return void watch(order);
    case "token":
      return void tokens.set(order.id, { lastLetIn: 0, firstRevoked: 0, unknown: 0 });
    case "halt":
      isHalted = true;
      return;
  }
});

// Nobody is left to report to.
process.on("disconnect", () => process.exit());

function tell(report: Report): void {
  process.send?.(report);
}

async function attempts({ store, policy: text, tenants, each, atOnce }: Extract<Order, { kind: "attempts" }>) {
  isHalted = false;
  const policy = load(text);
  const { client, close } = await connect(store);
  const options = { client, policy: "soak", prefix: store.prefix, timeout: store.timeout, windows: policy.windows };
  const { step } = withState(policy, redisDriver(options));
  let passed = 0;
  const came: Record<string, { allowed: number; takenAt: number[]; denied: Record<string, number> }> = {};

  async function call(tenant: string, id: string): Promise<void> {
    const of = came[tenant]!;
    const { decision, event } = await step(
      {
        principal: { id: "agent", roles: [], tenant },
        operation: { kind: "tool", server: "s", name: "do" },
        arguments: {},
        context: { time: Date.now() },
      },
      id,
    );
    if (decision.effect === "allow") {
      of.allowed += 1;
      passed += 1;
      if (event?.kind === "request") of.takenAt.push(...event.takes.map(({ at }) => at));
      if (each === "until halted") tell({ kind: "passed", count: passed });
      return;
    }
    const why = decision.kept.fault === undefined ? decision.reason : `fault (${decision.kept.fault})`;
    of.denied[why] = (of.denied[why] ?? 0) + 1;
  }

  const isOver = (count: number): boolean => (each === "until halted" ? isHalted : count >= each);
  for (const tenant of tenants) {
    came[tenant] = { allowed: 0, takenAt: [], denied: {} };
    let count = 0;
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        while (!isOver(count)) {
          count += 1;
          await call(tenant, `${process.pid} ${tenant} ${count}`);
          if (each === "until halted") await wait(1);
        }
      }),
    );
  }
  close();
  tell({ kind: "attempted", tenants: came satisfies Record<string, Attempted> });
}

async function watch({ store, bound }: Extract<Order, { kind: "watch" }>) {
  isHalted = false;
  tokens.clear();
  const { client, close } = await connect(store);
  const { prefix, timeout } = store;
  const revocations = redisRevocations({ client, policy: "soak", prefix, timeout, bound });
  await revocations.isRevoked({ subject: "nobody", issuedAt: 0 });
  tell({ kind: "watching" });
  while (!isHalted) {
    for (const [id, seen] of tokens) {
      try {
        const isRevoked = await revocations.isRevoked({ id, subject: "agent", issuedAt: 0 });
        if (!isRevoked) seen.lastLetIn = Date.now();
        else if (seen.firstRevoked === 0) seen.firstRevoked = Date.now();
      } catch {
        seen.unknown += 1;
      }
    }
    await wait(5);
  }
  await revocations.close?.();
  close();
  tell({ kind: "watched", tokens: Object.fromEntries(tokens) });
}

function load(text: string): LoadedPolicy {
  const files = { read: (path: string) => (path === "p" ? text : undefined), join: (_: string, path: string) => path };
  const { policy, diagnostics } = checkPolicy(["p"], files);
  if (policy === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return loadPolicy(compile(policy), { engine: generatedEngine, abilities: everyAbility });
}
