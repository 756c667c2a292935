import { detectors } from "@mcpolicy/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow==\n-----END RSA PRIVATE KEY-----";
const awsSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const pat = `github_pat_${"a1".repeat(41)}`;
const token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln-_8";

/** Texts with `«` and `»` around what is found in them. */
// biome-ignore format: table
const found: readonly (readonly [name: string, text: string])[] = [
  ["email-address", "write to «ada.l+x@sub.example.co.uk». Or <«o'brien@x.org»>"],
  ["email-address", "«müller@bücher.example», «jörg@straße.de»"],
  ["email-address", "git clone «git@github.com»:a/b.git"],
  ["email-address", "https://x.org/?a=1&to=x … ?«to=ada@x.org»&b"],
  ["email-address", "ada@localhost, left-pad@1.2.3, @types/node, a@b, ada@ x.org, @x.org"],
  ["card", "pay «4111 1111 1111 1111» 12/27 or «378282246310005»"],
  ["card", "«4111-1111-1111-1111», «4222222222222», «6304000000000000000»"],
  ["card", "«4111\u00a01111\u00a01111\u00a01111», {\"n\":\"«4111111111111111»\"}"],
  ["card", "4111 1111 1111 1112, 41111111111111111, 4111  1111 1111 1111, 411111111111"],
  ["card", "00000000-0000-0000-0000-000000000000 at 1763866557001"],
  ["iban", "IBAN «DE89 3704 0044 0532 0130 00», «gb82west12345698765432»"],
  ["iban", "«NO93 8601 1117 947» «MT84-MALT-0110-0001-2345-MTLC-AST0-01S»"],
  ["iban", "DE88370400440532013000 XDE89370400440532013000 DE893704004405320130001 ZZ89370400440532013000"],
  ["jwt", `Authorization: Bearer «${token}».`],
  ["jwt", "«eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.» «eyJhbGciOiJkaXIifQ..aXY.Y3Q.dGFn»"],
  ["jwt", "cut off: «eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOi», «ewogICJhbGciOiJub25lIn0.e30.»"],
  ["jwt", "eyewear.example.com networking.foo.bar eyJhbGciOiJIUzI1NiJ9"],
  ["private-key", `before «${pem}» between «${pem.replaceAll("RSA ", "")}» after`],
  ["private-key", "head -3: «-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk»"],
  ["private-key", "«b3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----» tail -2"],
  ["private-key", "«-----BEGIN PGP PRIVATE KEY BLOCK-----\\nxx\\n-----END PGP PRIVATE KEY BLOCK-----» in JSON"],
  ["private-key", "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\nBEGIN PRIVATE KEY"],
  ["aws-key", "id «AKIAIOSFODNN7EXAMPLE», role AROAIOSFODNN7, AKIASHORT"],
  ["aws-key", `«AKIAIOSFODNN7EXAMPLE,${awsSecret}»`],
  ["aws-key", `aws_secret_access_key = «${awsSecret}»\n{"SecretAccessKey": "«${awsSecret}»"} <SecretAccessKey>«${awsSecret}»<`],
  ["aws-key", `AWS_SESSION_TOKEN="«${"Fwo/".repeat(40)}=»", sha1 ${"a1".repeat(20)}, secret_key=short`],
  ["github-token", `«ghp_${"a1".repeat(18)}», url https://«ghs_${"B2".repeat(20)}»@github.com, «${pat}»`],
  ["github-token", "ghp_short, ghx_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"],
  ["ip-address", "from «10.0.0.1»:80 to [«2001:db8::1»]:443, src:«2001:db8::2». «010.1.1.1»"],
  ["ip-address", "«10.0.0.1»..«10.0.0.9», «::1», «fe80::1»%eth0, «::ffff:1.2.3.4», «10.0.0.0»/8"],
  ["ip-address", "1.2.3, 1.2.3.4.5, 256.1.1.1, 12:30:45, aa:bb:cc:dd:ee:ff, std::abc, a :: b, abc::define"],
];

describe.each(found)("%s", (name, marked) => {
  test(marked, () => {
    const text = marked.replace(/[«»]/g, "");
    expect(marks(name, text)).toBe(marked);
  });
});

/** The text with what is found marked; what overlaps is one. */
function marks(name: string, text: string): string {
  const inside = Array.from(text, () => false);
  for (const { start, end } of detectors.get(name)!.find(text)) inside.fill(true, start, end);
  let marked = "";
  for (let at = 0; at < text.length; at++) {
    if (inside[at] && !inside[at - 1]) marked += "«";
    marked += text[at];
    if (inside[at] && !inside[at + 1]) marked += "»";
  }
  return marked;
}

// biome-ignore format: table
const wholes: readonly (readonly [name: string, text: string])[] = [
  ["email-address", "ada@example.org"], ["card", "4111-1111-1111-1111"], ["iban", "DE89370400440532013000"], ["jwt", token],
  ["private-key", pem], ["aws-key", "AKIAIOSFODNN7EXAMPLE"], ["github-token", pat], ["ip-address", "::1"],
];

test.each(wholes)("`matches %s` takes the whole text: %j", (name, text) => {
  const { matches } = detectors.get(name)!;
  expect(matches(text)).toBe(true);
  expect([` ${text}`, `${text} `, "", `${text} ${text}`].map(matches)).toEqual([false, false, false, false]);
});

test("each built-in detector has its rows above", () => {
  const names = [...detectors.keys()];
  expect([...new Set(found.map(([name]) => name))]).toEqual(names);
  expect(wholes.map(([name]) => name)).toEqual(names);
});

// What each detector looks at from many places at once, so that reading on from each would be quadratic.
// biome-ignore format: list of pieces
const pieces = [
  "a@", "a.b@c.", "@", "é", "4 1 ", "1", "1-", "DE8 ", "DE89370400440532013000", "eyJ", "eyJhbGci.", "eyJhbGci..", "-", "-----BEGIN ",
  "-----BEGIN PRIVATE KEY", "-----END PRIVATE KEY-----", "AKIA", "secretkey", "secret key ", "sessiontoken", "ghp_", "1.", ":", "1:", "f:", "::1.",
];

describe.each([...detectors.values()].map((each) => [each.name, each] as const))("%s", (name, { find, matches }) => {
  // Quadratic work would take longer than a test may; the measure is `pnpm soak linear`.
  test("looks through long texts of what is hard for it", () => {
    for (const piece of pieces) {
      const text = piece.repeat(200_000 / piece.length);
      for (const { start, end } of find(text)) expect(start, piece).toBeLessThan(end);
    }
  });

  const text = fc
    .array(
      fc.oneof(
        fc.constantFrom(...pieces, ...wholes.map(([, whole]) => whole), " ", "\n", "x", "\ud800"),
        fc.string({ unit: "binary" }),
      ),
    )
    .map((parts) => parts.join(""));

  test("gives ranges within the text by ascending start, and finds anew what it found", () => {
    fc.assert(
      fc.property(text, (given) => {
        let before = 0;
        for (const { start, end } of find(given)) {
          expect(start).toBeGreaterThanOrEqual(before);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(given.length);
          before = start;
          expect(marks(name, given.slice(start, end)), given).toMatch(/^«/);
        }
        if (matches(given)) expect(find(given)[0]).toMatchObject({ start: 0 });
      }),
      { numRuns: 300 },
    );
  });

  const secret = wholes.find(([each]) => each === name)![1];
  test("finds its thing between any words", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("to", "(x)", "12", "=", "ä")),
        fc.array(fc.constantFrom("and", ")", "ü")),
        (a, b) => {
          const given = [...a, secret, ...b].join(" ");
          const start = [...a, ""].join(" ").length;
          expect(
            find(given).some((each) => each.start <= start && each.end >= start + secret.length),
            given,
          ).toBe(true);
        },
      ),
    );
  });
});
