import { read } from "@mcpolicy/core";
import { readData } from "../shared.ts";
import { type Documented, type Oracle, tallyOf } from "./oracle.ts";

interface UrlCase {
  readonly input: string;
  readonly base: string | null;
  readonly failure?: boolean;
  readonly href?: string;
  readonly hostname?: string;
  readonly username?: string;
  readonly password?: string;
}

interface AsciiCase {
  readonly input: string;
  readonly output: string | null;
}

const credentials = "a URL with credentials is unknown, whatever its host";

const documented: readonly Documented[] = [{ reason: credentials, count: 40 }];

/** `url(x).host`; undefined where it is unknown. */
function hostOf(text: string): string | undefined {
  return (read({ kind: "url" }, text, undefined) as { readonly host: string } | undefined)?.host;
}

/** The URL standard's own cases, on `url(x).host`. Of a URL that is relative to a base, its resolved form is read, since arguments have no base. */
export const urls: Oracle = {
  name: "urltestdata",
  run(shared) {
    const rows = readData<readonly (string | UrlCase)[]>(shared, "url-parsing", "urltestdata.json");
    const tally = tallyOf("urltestdata", documented);
    for (const row of rows) {
      if (typeof row === "string") continue;
      const text = row.base === null || row.failure === true ? row.input : row.href!;
      const host = hostOf(text);
      const wanted = row.failure === true ? undefined : row.hostname;
      const hasCredentials = (row.username ?? "") !== "" || (row.password ?? "") !== "";
      if (hasCredentials && host === undefined) tally.differs(credentials);
      else if (host === wanted) tally.agrees();
      else tally.undocumented(`${JSON.stringify(text)}: the host is ${host}, and ${wanted} is wanted`);
    }
    return tally.report();
  },
};

/** International names as hosts (UTS 46, as the URL standard uses it). */
export const toAscii: Oracle = {
  name: "toascii",
  run(shared) {
    const rows = readData<readonly (string | AsciiCase)[]>(shared, "url-parsing", "toascii.json");
    const tally = tallyOf("toascii", []);
    for (const row of rows) {
      if (typeof row === "string") continue;
      const host = hostOf(`https://${row.input}/x`);
      if ((host ?? null) === row.output) tally.agrees();
      else tally.undocumented(`${JSON.stringify(row.input)}: the host is ${host}, and ${row.output} is wanted`);
    }
    return tally.report();
  },
};
