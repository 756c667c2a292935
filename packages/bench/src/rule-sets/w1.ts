import { type Random, randomOf } from "../random.ts";
import {
  and,
  atLeast,
  atMost,
  type Condition,
  is,
  like,
  moreThan,
  not,
  oneOf,
  or,
  type Rule,
  type RuleRequest,
  type RuleSet,
  received,
} from "../rules/rule.ts";
import { byHand } from "./w1-by-hand.ts";
import { byHandRaw } from "./w1-by-hand-raw.ts";
import { fields, schemas } from "./w1-schemas.ts";

const [V, D, A] = ["viewer", "developer", "admin"];

/** Twelve tools of an agent's workplace, three roles, 28 rules about arguments, and `count` requests. */
export function w1(count = 10_000): RuleSet {
  return { name: "w1", rules, roles: [V, D, A], fields, schemas, requests: requests(count), byHand, byHandRaw };
}

const climbs = (field: string): Condition => or(like(field, "*../*"), like(field, "*/.."));

// biome-ignore format: one rule a line
const rules: readonly Rule[] = [
  forbid("f1", ["read_file", "write_file", "list_directory", "delete_file"], climbs("path")),
  forbid("f2", ["search_files"],               climbs("root")),
  forbid("f3", ["write_file", "delete_file"],  like("path", "/workspace/.git/*")),
  forbid("f4", ["read_file"],                  or(like("path", "*.env"), like("path", "*.pem"), like("path", "*/id_rsa"))),
  forbid("f5", ["run_query"],                  and(is("database", "prod"), or(like("sql", "*DROP *"), like("sql", "*TRUNCATE *")))),
  forbid("f6", ["http_fetch"],                 or(not(like("url", "https://*")), like("url", "*169.254.*"), like("url", "*@*"))),
  forbid("f7", ["git_push"],                   and(is("force", true), or(is("branch", "main"), like("branch", "release/*")))),
  forbid("f8", ["send_email"],                 moreThan("attachments", 5)),
  permit("p1",  [V, D, A], "read_file",      like("path", "/workspace/*")),
  permit("p2",  [D, A],    "write_file",     and(or(like("path", "/workspace/src/*"), like("path", "/workspace/test/*")), atMost("bytes", 1_048_576))),
  permit("p3",  [A],       "write_file",     and(like("path", "/workspace/*"), atMost("bytes", 10_485_760))),
  permit("p4",  [V, D, A], "list_directory", and(like("path", "/workspace/*"), atLeast("depth", 0), atMost("depth", 5))),
  permit("p5",  [D],       "delete_file",    like("path", "/workspace/tmp/*")),
  permit("p6",  [A],       "delete_file",    like("path", "/workspace/*")),
  permit("p7",  [V, D, A], "search_files",   and(like("root", "/workspace/*"), atLeast("limit", 1), atMost("limit", 200))),
  permit("p8",  [V],       "run_query",      and(is("database", "analytics"), like("sql", "SELECT *"), atMost("limit", 100))),
  permit("p9",  [D],       "run_query",      and(oneOf("database", "analytics", "staging"), atMost("limit", 1000))),
  permit("p10", [A],       "run_query",      and(oneOf("database", "analytics", "staging", "prod"), atMost("limit", 10_000))),
  permit("p11", [D, A],    "http_fetch",     and(like("url", "https://api.example.com/*"), oneOf("method", "GET", "HEAD"), atMost("timeoutMs", 10_000))),
  permit("p12", [A],       "http_fetch",     and(like("url", "https://*.example.com/*"), oneOf("method", "GET", "POST"), atMost("timeoutMs", 30_000))),
  permit("p13", [D],       "git_push",       and(like("repo", "acme/*"), like("branch", "feature/*"))),
  permit("p14", [A],       "git_push",       like("repo", "acme/*")),
  permit("p15", [D, A],    "create_issue",   and(like("repo", "acme/*"), atMost("labelCount", 10))),
  permit("p16", [V],       "create_issue",   and(is("repo", "acme/support"), atMost("labelCount", 2))),
  permit("p17", [D, A],    "send_email",     like("to", "*@example.com")),
  permit("p18", [D],       "deploy",         and(is("env", "staging"), atLeast("replicas", 1), atMost("replicas", 10))),
  permit("p19", [A],       "deploy",         and(oneOf("env", "staging", "prod"), atLeast("replicas", 1), atMost("replicas", 50), like("service", "svc-*"))),
  permit("p20", [A],       "transfer",       and(moreThan("amount", 0), atMost("amount", 5000), oneOf("currency", "EUR", "USD"), or(like("account", "INT-*"), like("account", "EXT-*")))),
];

function permit(id: string, roles: readonly string[], tool: string, condition: Condition): Rule {
  return { id, effect: "permit", roles, tools: [tool], condition };
}

function forbid(id: string, tools: readonly string[], condition: Condition): Rule {
  return { id, effect: "forbid", roles: undefined, tools, condition };
}

// -------------------------------------------------------------- requests

/** Requests around the constants of the rules, of callers of all three roles; one in fifty to a tool that nothing is known of. */
export function requests(count: number, seed = 20_261_122): readonly RuleRequest[] {
  const random = randomOf(seed);
  const arguments_ = generators(random);
  const tools = Object.keys(arguments_);
  const asked = Array.from({ length: count }, () => {
    const tool = random.chance(0.02) ? "unknown_tool" : random.pick(tools);
    const args = arguments_[tool]?.() ?? { path: somePath(random) };
    const principal = { id: `u${random.int(0, 499)}`, role: random.pick([V, D, A]) };
    return { principal, tool, args };
  });
  return received(asked);
}

function generators(random: Random): Readonly<Record<string, () => RuleRequest["args"]>> {
  const { pick, int, chance, word } = random;
  const path = (): string => somePath(random);
  const queries = [
    "SELECT id, name FROM ",
    "UPDATE t SET x=1 WHERE y=",
    "DROP TABLE ",
    "SELECT count(*) FROM ",
    "TRUNCATE t_",
  ];
  const places = [
    "https://api.example.com/",
    "https://cdn.example.com/",
    "http://api.example.com/",
    "https://evil.test/",
    "https://169.254.169.254/",
    "https://a@api.example.com/",
    "https://api.example.com/v1/users/",
  ];
  return {
    read_file: () => ({ path: path() }),
    write_file: () => ({
      path: path(),
      content: `${word()} ${word()}`,
      bytes: chance(0.8) ? int(1, 900_000) : int(900_000, 20_000_000),
    }),
    list_directory: () => ({ path: path(), depth: int(-1, 7) }),
    delete_file: () => ({ path: path() }),
    search_files: () => ({ root: path(), pattern: `*${word()}*`, limit: int(0, 240) }),
    run_query: () => ({
      database: pick(["analytics", "staging", "prod"]),
      sql: `${pick(queries)}${word()} WHERE a = ${word()}`,
      limit: pick([10, 50, 100, 500, 1000, 5000, 20_000]),
    }),
    http_fetch: () => ({
      url: pick(places) + word(),
      method: pick(["GET", "HEAD", "POST", "DELETE"]),
      timeoutMs: pick([1000, 5000, 10_000, 20_000, 60_000]),
    }),
    git_push: () => ({
      repo: pick(["acme/", "acme/", "other/"]) + word(),
      branch: pick(["main", "feature/", "feature/", "release/", "fix/"]).replace(/\/$/, () => `/${word()}`),
      force: chance(0.3),
    }),
    create_issue: () => ({
      repo: pick(["acme/support", `acme/${word()}`, `other/${word()}`]),
      title: `${word()} ${word()}`,
      labelCount: int(0, 12),
    }),
    send_email: () => ({
      to: word() + pick(["@example.com", "@example.com", "@example.org"]),
      subject: word(),
      attachments: int(0, 7),
    }),
    deploy: () => ({
      service: pick(["svc-", "svc-", "job-"]) + word(),
      env: pick(["staging", "prod", "dev"]),
      replicas: int(0, 60),
    }),
    transfer: () => ({
      amount: int(-100, 8000),
      currency: pick(["EUR", "USD", "GBP"]),
      account: pick(["INT-", "EXT-", "UNK-"]) + word(),
    }),
  };
}

const folders = [
  "/workspace/src/",
  "/workspace/test/",
  "/workspace/tmp/",
  "/workspace/docs/",
  "/workspace/",
  "/etc/",
  "/home/u/",
  "/workspace/.git/",
];

function somePath({ pick, int, chance, word }: Random): string {
  const folder = pick(folders);
  const between = Array.from({ length: int(0, 3) }, () => `${word()}/`).join("");
  const path = folder + between + word() + pick([".ts", ".md", ".json", ".env", ".pem", ".txt"]);
  if (chance(0.06)) return `${folder}../${word()}`;
  if (chance(0.02)) return `${folder}${word()}/..`;
  return chance(0.02) ? `${folder}.ssh/id_rsa` : path;
}
