import { callOf, listingOf, loadOver } from "../one-server.ts";
import { readData } from "../shared.ts";
import { type Documented, type Oracle, tallyOf } from "./oracle.ts";

const sameHost = "the URL standard itself makes the host an ASCII one (UTS 46), and every client goes there";

const documented: readonly Documented[] = [{ reason: sameHost, count: 756 }];

/** A look-alike in a tool's, role's, host's or value's name: never taken for the ASCII name. */
export const confusables: Oracle = {
  name: "confusables",
  run(shared) {
    const { pairs } = readData<{ readonly pairs: readonly (readonly [string, string])[] }>(
      shared,
      "attack-strings",
      "confusables-ascii.json",
    );
    const letters = [...new Set(pairs.map(([, ascii]) => ascii))];
    const policy = policyOver(letters);
    const tally = tallyOf("confusables", documented);
    for (const [odd, ascii] of pairs) {
      const [name, alike] = [`x${ascii}x`, `x${odd}x`];
      const asked = (tool: string, role: string, value: string): boolean =>
        policy.decide({ ...callOf("s", tool, { value }), principal: { id: "someone", roles: [role] } }).effect ===
        "allow";
      const control = asked(name, name, name);
      const wrong = [
        asked(alike, name, name) && "tool",
        asked(name, alike, name) && "role",
        asked(name, name, alike) && "value",
      ].filter((each) => each !== false);
      if (control && wrong.length === 0) tally.agrees();
      else
        tally.undocumented(`${name} and ${alike}: ${control ? wrong.join(", ") : "the ASCII name itself is denied"}`);

      if (!/^[a-z0-9]$/i.test(ascii)) continue;
      const visits = (host: string): boolean =>
        policy.decide(callOf("s", "fetch", { value: `https://${host}/` })).effect === "allow";
      if (!visits(`${name}.example`)) tally.undocumented(`${name}.example itself is denied`);
      else if (!visits(`${alike}.example`)) tally.agrees();
      else if (/^x[a-z0-9]x\.example$/.test(hostOf(`${alike}.example`) ?? "")) tally.differs(sameHost);
      else tally.undocumented(`the host ${alike}.example is taken for ${name}.example`);
    }
    return tally.report();
  },
};

function policyOver(letters: readonly string[]) {
  const text = { type: "string" };
  const listing = listingOf([
    ...letters.map((letter) => ({ name: `x${letter}x`, properties: { value: text } })),
    { name: "fetch", properties: { value: text } },
  ]);
  const rules = letters.map((letter) => {
    const name = JSON.stringify(`x${letter}x`);
    const host = /^[a-z0-9]$/i.test(letter)
      ? `allow ${JSON.stringify(`host ${letter}`)} anyone to s.fetch when url(args.value).host in domain "x${letter}x.example"\n`
      : "";
    return `role ${name} { }\nallow ${name} role ${name} to s.${name} when args.value == ${name}\n${host}`;
  });
  return loadOver(`mcpolicy 1\nserver s from "server.json"\n${rules.join("")}`, listing).policy;
}

function hostOf(host: string): string | undefined {
  return URL.parse(`https://${host}/`)?.hostname;
}
