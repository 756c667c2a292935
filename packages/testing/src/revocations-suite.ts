import type { RevocableToken, Revocation, Revocations } from "@mcpolicy/core";

/** What a place where revocations are kept is tried with. */
export interface RevocationsUnderTest {
  /** A fresh one, with nothing in it. */
  readonly make: () => Revocations | Promise<Revocations>;
  /** Its clock, in epoch milliseconds. */
  readonly now: () => number | Promise<number>;
  /** Lets its time pass: by moving a clock, or by waiting. Never more than a few hundred milliseconds are asked for. */
  readonly pass: (milliseconds: number) => void | Promise<void>;
}

/** One thing that every such place must do. `run` rejects where it does not. */
export interface RevocationsCase {
  readonly name: string;
  readonly run: (under: RevocationsUnderTest) => Promise<void>;
}

const issuer = "https://id.example.com";
const token: RevocableToken = { issuer, id: "t1", subject: "dev@example.com", client: "cli", issuedAt: 1_000_000 };
const others: readonly RevocableToken[] = [
  { ...token, id: "t2", subject: "lead@example.com", client: "web" },
  { subject: "somebody", issuedAt: 1_000_000 },
];

/** A revocation without its end, whether it meets `token`, and why. */
type Row = readonly [about: string, revocation: Unended, meets: boolean];
type Unended = Revocation extends infer Each ? (Each extends Revocation ? Omit<Each, "until"> : never) : never;

const before = { issuedBefore: token.issuedAt + 1 };
const elsewhere = { issuer: "https://other.example.com" };

// biome-ignore format: table
const rows: readonly Row[] = [
  ["an id of the issuer",                 { kind: "id", issuer, id: "t1" },                                           true],
  ["an id of any issuer",                 { kind: "id", id: "t1" },                                                   true],
  ["an id of another issuer",             { kind: "id", ...elsewhere, id: "t1" },                                     false],
  ["another id",                          { kind: "id", issuer, id: "T1" },                                           false],
  ["a subject's name as an id",           { kind: "id", issuer, id: "dev@example.com" },                              false],
  ["a subject of the issuer",             { kind: "subject", issuer, id: "dev@example.com", ...before },              true],
  ["a subject of any issuer",             { kind: "subject", id: "dev@example.com", ...before },                      true],
  ["a subject of another issuer",         { kind: "subject", ...elsewhere, id: "dev@example.com", ...before },        false],
  ["a subject, before its token",         { kind: "subject", id: "dev@example.com", issuedBefore: token.issuedAt },   false],
  ["a client's name as a subject",        { kind: "subject", issuer, id: "cli", ...before },                          false],
  ["a client of the issuer",              { kind: "client", issuer, id: "cli", ...before },                           true],
  ["a client of any issuer",              { kind: "client", id: "cli", ...before },                                   true],
  ["a client, before its token",          { kind: "client", id: "cli", issuedBefore: token.issuedAt },                false],
  ["all of an issuer",                    { kind: "issuer", issuer, ...before },                                      true],
  ["all of an issuer, before the token",  { kind: "issuer", issuer, issuedBefore: token.issuedAt },                   false],
  ["all of another issuer",               { kind: "issuer", ...elsewhere, ...before },                                false],
];

/** What `Revocations` promises (core, `state-driver.ts`), for every place that keeps them. */
export const revocationsCases: readonly RevocationsCase[] = [
  ...rows.map(
    ([about, revocation, meets]): RevocationsCase => ({
      name: `${about}: ${meets ? "revoked" : "not revoked"}`,
      run: (under) =>
        withOne(under, async (revocations, now) => {
          expectThat(!(await revocations.isRevoked(token)), "nothing is revoked to begin with");
          await revocations.revoke({ ...revocation, until: now + 60_000 } as Revocation);
          expectThat((await revocations.isRevoked(token)) === meets, `the token is ${meets ? "" : "not "}revoked`);
          for (const other of others) {
            const isOfAll = revocation.kind === "issuer" && meets && other.issuer === issuer;
            expectThat((await revocations.isRevoked(other)) === isOfAll, "another token is what it was");
          }
        }),
    }),
  ),
  {
    name: "of two revocations of one subject the wider holds, in whichever order they came",
    run: (under) =>
      withOne(under, async (revocations, now) => {
        const wide = { kind: "subject", id: token.subject, ...before, until: now + 60_000 } as const;
        const narrow = { ...wide, issuedBefore: token.issuedAt, until: now + 120_000 };
        for (const each of [wide, narrow]) await revocations.revoke(each);
        expectThat(await revocations.isRevoked(token), "the token stays revoked");
        await revocations.revoke({ ...wide, until: now + 1 });
        await under.pass(50);
        expectThat(await revocations.isRevoked(token), "the token stays revoked until the last of them ends");
      }),
  },
  {
    name: "a token without an issuer, an id or a client is met by its subject",
    run: (under) =>
      withOne(under, async (revocations, now) => {
        await revocations.revoke({ kind: "subject", id: "somebody", ...before, until: now + 60_000 });
        expectThat(await revocations.isRevoked({ subject: "somebody", issuedAt: token.issuedAt }), "it is revoked");
      }),
  },
  {
    name: "an id is seen once, and anew when its time is over",
    run: (under) =>
      withOne(under, async (revocations, now) => {
        expectThat(await revocations.seenOnce("a", now + 200), "the first time");
        expectThat(!(await revocations.seenOnce("a", now + 60_000)), "not the second time");
        expectThat(await revocations.seenOnce("b", now + 200), "another id");
        await under.pass(300);
        expectThat(await revocations.seenOnce("a", (await under.now()) + 200), "after its time");
      }),
  },
  {
    name: "of many that ask at once one is the first",
    run: (under) =>
      withOne(under, async (revocations, now) => {
        const asked = Array.from({ length: 20 }, async () => revocations.seenOnce("a", now + 60_000));
        const firsts = (await Promise.all(asked)).filter((isFirst) => isFirst);
        expectThat(firsts.length === 1, `${firsts.length} were the first`);
      }),
  },
  {
    name: "ids and revocations do not meet",
    run: (under) =>
      withOne(under, async (revocations, now) => {
        await revocations.seenOnce("t1", now + 60_000);
        expectThat(!(await revocations.isRevoked(token)), "what was seen is not revoked");
      }),
  },
  {
    name: "odd names are names",
    run: (under) =>
      withOne(under, async (revocations, now) => {
        const odd = ["__proto__", "", "a:b", '","', "*", "\u0000", "a b\n", "😀", "x".repeat(1024)];
        for (const id of odd) {
          expectThat(!(await revocations.isRevoked({ ...token, id })), "not yet");
          await revocations.revoke({ kind: "id", issuer, id, until: now + 60_000 });
          expectThat(await revocations.isRevoked({ ...token, id }), `revoked: ${JSON.stringify(id)}`);
        }
        expectThat(!(await revocations.isRevoked(token)), "and nothing else is");
      }),
  },
];

async function withOne(
  { make, now }: RevocationsUnderTest,
  body: (revocations: Revocations, now: number) => Promise<void>,
): Promise<void> {
  const revocations = await make();
  try {
    await body(revocations, await now());
  } finally {
    await revocations.close?.();
  }
}

function expectThat(holds: boolean, what: string): void {
  if (!holds) throw new Error(`this should hold, and does not: ${what}`);
}
