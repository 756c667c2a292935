import type { RuleRequest } from "../rules/rule.ts";
import { isBelow, readPath } from "./path-by-hand.ts";
import type { Arguments } from "./w1-schemas.ts";

/**
 * W1 as a careful programmer writes it, who knows that a path is more than a text: it is read as mcpolicy reads it (`path-by-hand.ts`), and
 * what cannot be read is denied. Arguments were validated, so their types are as the schemas say.
 */
export function byHand({ principal, tool, args }: RuleRequest): boolean {
  const { role } = principal;
  const a = args as unknown as Arguments;
  const isAdmin = role === "admin";
  const isDeveloper = role === "developer";
  if (!isAdmin && !isDeveloper && role !== "viewer") return false;
  switch (tool) {
    case "read_file": {
      const path = readPath(a.path);
      return (
        path !== undefined &&
        isBelow(path, "/workspace") &&
        !path.endsWith(".env") &&
        !path.endsWith(".pem") &&
        !path.endsWith("/id_rsa")
      );
    }
    case "write_file": {
      if (!isAdmin && !isDeveloper) return false;
      const path = readPath(a.path);
      if (path === undefined || !isBelow(path, "/workspace") || isBelow(path, "/workspace/.git")) return false;
      if (isAdmin && a.bytes <= 10_485_760) return true;
      return a.bytes <= 1_048_576 && (isBelow(path, "/workspace/src") || isBelow(path, "/workspace/test"));
    }
    case "list_directory": {
      if (a.depth < 0 || a.depth > 5) return false;
      const path = readPath(a.path);
      return path !== undefined && isBelow(path, "/workspace");
    }
    case "delete_file": {
      if (!isAdmin && !isDeveloper) return false;
      const path = readPath(a.path);
      return (
        path !== undefined &&
        isBelow(path, isAdmin ? "/workspace" : "/workspace/tmp") &&
        !isBelow(path, "/workspace/.git")
      );
    }
    case "search_files": {
      if (a.limit < 1 || a.limit > 200) return false;
      const root = readPath(a.root);
      return root !== undefined && isBelow(root, "/workspace");
    }
    case "run_query": {
      const database = a.database;
      if (isAdmin) {
        return (
          a.limit <= 10_000 &&
          (database === "analytics" ||
            database === "staging" ||
            (database === "prod" && !a.sql.includes("DROP ") && !a.sql.includes("TRUNCATE ")))
        );
      }
      if (isDeveloper) return a.limit <= 1000 && (database === "analytics" || database === "staging");
      return database === "analytics" && a.limit <= 100 && a.sql.startsWith("SELECT ");
    }
    case "http_fetch": {
      if (!isAdmin && !isDeveloper) return false;
      const { url, method } = a;
      if (!url.startsWith("https://") || url.includes("169.254.") || url.includes("@")) return false;
      if (
        a.timeoutMs <= 10_000 &&
        (method === "GET" || method === "HEAD") &&
        url.startsWith("https://api.example.com/")
      ) {
        return true;
      }
      return (
        isAdmin &&
        a.timeoutMs <= 30_000 &&
        (method === "GET" || method === "POST") &&
        url.indexOf(".example.com/", 8) >= 0
      );
    }
    case "git_push":
      if (!a.repo.startsWith("acme/") || !(isAdmin || (isDeveloper && a.branch.startsWith("feature/")))) return false;
      return !(a.force === true && (a.branch === "main" || a.branch.startsWith("release/")));
    case "create_issue":
      if (isAdmin || isDeveloper) return a.labelCount <= 10 && a.repo.startsWith("acme/");
      return a.labelCount <= 2 && a.repo === "acme/support";
    case "send_email":
      return (isAdmin || isDeveloper) && a.attachments <= 5 && a.to.endsWith("@example.com");
    case "deploy":
      if (isDeveloper) return a.env === "staging" && a.replicas >= 1 && a.replicas <= 10;
      return (
        isAdmin &&
        (a.env === "staging" || a.env === "prod") &&
        a.replicas >= 1 &&
        a.replicas <= 50 &&
        a.service.startsWith("svc-")
      );
    case "transfer":
      return (
        isAdmin &&
        a.amount > 0 &&
        a.amount <= 5000 &&
        (a.currency === "EUR" || a.currency === "USD") &&
        (a.account.startsWith("INT-") || a.account.startsWith("EXT-"))
      );
    default:
      return false;
  }
}
