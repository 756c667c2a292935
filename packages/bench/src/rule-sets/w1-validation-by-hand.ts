import type { RuleRequest } from "../rules/rule.ts";

/** Whether arguments are as W1's schemas want them, as a person writes it; of a tool that there is not, nothing is. */
export function isValidByHand({ tool, args }: Pick<RuleRequest, "tool" | "args">): boolean {
  switch (tool) {
    case "read_file":
    case "delete_file":
      return has(args, 1) && isPath(args["path"]);
    case "write_file":
      return (
        has(args, 3) &&
        isPath(args["path"]) &&
        isText(args["content"], 0, 1_000_000) &&
        isInt(args["bytes"], 0, 100_000_000)
      );
    case "list_directory":
      return has(args, 2) && isPath(args["path"]) && isInt(args["depth"], -1, 100);
    case "search_files":
      return has(args, 3) && isPath(args["root"]) && isText(args["pattern"], 0, 256) && isInt(args["limit"], 0, 1000);
    case "run_query":
      return (
        has(args, 3) &&
        (args["database"] === "analytics" || args["database"] === "staging" || args["database"] === "prod") &&
        isText(args["sql"], 1, 10_000) &&
        isInt(args["limit"], 1, 100_000)
      );
    case "http_fetch":
      return (
        has(args, 3) &&
        isText(args["url"], 0, 2048) &&
        /^https?:\/\/[^\s]+$/u.test(args["url"]) &&
        (args["method"] === "GET" ||
          args["method"] === "HEAD" ||
          args["method"] === "POST" ||
          args["method"] === "DELETE") &&
        isInt(args["timeoutMs"], 1, 120_000)
      );
    case "git_push":
      return (
        has(args, 3) && isRepo(args["repo"]) && isText(args["branch"], 1, 200) && typeof args["force"] === "boolean"
      );
    case "create_issue":
      return has(args, 3) && isRepo(args["repo"]) && isText(args["title"], 1, 300) && isInt(args["labelCount"], 0, 100);
    case "send_email":
      return (
        has(args, 3) &&
        isText(args["to"], 0, 320) &&
        /^[^@\s]+@[^@\s]+$/u.test(args["to"]) &&
        isText(args["subject"], 0, 998) &&
        isInt(args["attachments"], 0, 20)
      );
    case "deploy":
      return (
        has(args, 3) &&
        isText(args["service"], 1, 100) &&
        (args["env"] === "staging" || args["env"] === "prod" || args["env"] === "dev") &&
        isInt(args["replicas"], 0, 1000)
      );
    case "transfer":
      return (
        has(args, 3) &&
        isInt(args["amount"], -1_000_000, 1_000_000) &&
        (args["currency"] === "EUR" || args["currency"] === "USD" || args["currency"] === "GBP") &&
        isText(args["account"], 1, 64)
      );
    default:
      return false;
  }
}

/** Whether there are so many arguments: with all that are asked for, these and no others. */
function has(args: RuleRequest["args"], count: number): boolean {
  let found = 0;
  for (const _ in args) found++;
  return found === count;
}

function isPath(value: unknown): value is string {
  return isText(value, 1, 4096);
}

function isRepo(value: unknown): boolean {
  return isText(value, 0, 200) && /^[a-z0-9-]+\/[a-z0-9-]+$/u.test(value);
}

function isInt(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

/** Lengths are counted in code points: only where UTF-16 units leave that open. */
function isText(value: unknown, least: number, most: number): value is string {
  if (typeof value !== "string" || value.length < least) return false;
  return value.length <= most || (value.length <= 2 * most && [...value].length <= most);
}
