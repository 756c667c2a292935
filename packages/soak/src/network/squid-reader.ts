/**
 * What a squid configuration lets through, in the words of `reachOf`: its `http_access allow` lines with the lists that they name.
 * Written after squid's documentation, without a look at what makes the files. Throws on what it does not understand.
 */
export function allowedBy(configuration: string): readonly string[] {
  const lines = configuration.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const lists = new Map(
    lines.flatMap((line) => {
      const [, name = "", kind = "", value = ""] = /^acl (\S+) (\S+) (.+)$/.exec(line) ?? [];
      return name === "" ? [] : [[name, { kind, value }] as const];
    }),
  );
  const rules = lines.filter((line) => line.startsWith("http_access "));
  if (rules.at(-1) !== "http_access deny all") throw new Error("what no line allows is not denied");
  return rules
    .flatMap((line) => {
      const [, effect, ...tests] = line.split(" ");
      if (effect === "deny") return [];
      let [host, port] = ["any", "any"];
      let guarded = false;
      for (const test of tests) {
        const list = lists.get(test.replace("!", ""));
        if (list === undefined) throw new Error(`there is no list ${test}`);
        if (list.kind === "port") port = list.value;
        else if (list.kind === "dst" && test.startsWith("!")) guarded = true;
        else host = hostOf(list.kind, list.value);
      }
      if (!guarded && !/^[\d.]+$|^\[/.test(host)) throw new Error(`${line}: a name may lead anywhere`);
      return [`${host}:${port}`];
    })
    .sort();
}

function hostOf(kind: string, value: string): string {
  const [flag, ...rest] = value.split(" ");
  if (flag !== "-n") throw new Error(`acl ${kind} ${value}: looks names of addresses up`);
  if (kind === "dstdomain") return rest.join(" ");
  const [, domain] = /^-i \^\(\[a-z0-9_-\]\+\\\.\)\+(.+)\$$/.exec(rest.join(" ")) ?? [];
  if (kind !== "dstdom_regex" || domain === undefined) throw new Error(`acl ${kind} ${value}: not understood`);
  return `below ${domain.replaceAll("\\.", ".")}`;
}
