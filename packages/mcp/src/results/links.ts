import { isListedHost } from "../settings.ts";

/** `[text](target "title")` and `![alt](target)`, `<https://…>` and `[label]: target` (CommonMark 0.31, sections 6.3, 6.4, 6.5, 4.7). */
const inline = /(!?\[[^\][]{0,1000}\])\(\s{0,100}(<[^<>\n]{0,4000}>|[^\s()<>]{1,4000})([^()\n]{0,1000})\)/g;
const automatic = /<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]{0,4000})>/g;
const definition = /^( {0,3}\[[^\][]{1,999}\]:\s{0,100})(<[^<>\n]{0,4000}>|\S{1,4000})/gm;
/** `<img src="…">` and `<a href="…">`, which many renderers of markdown let through. */
const html =
  /(<(?:img|a|iframe|source|video|audio|link)\b[^>]{0,2000}?\b(?:src|href|srcset|poster)\s{0,10}=\s{0,10})("[^"]{0,4000}"|'[^']{0,4000}'|[^\s>"']{1,4000})/gi;

const REMOVED = "#link-removed-by-policy";

/**
 * A text in which markdown links and images lead nowhere but to these hosts; the same text where no list is given. What a model writes into an
 * image's address leaves with the first look at it, so this closes the usual way out; a bare address in a text is left, nothing loads it.
 */
export function withKnownLinks(text: string, hosts: readonly string[] | undefined): string {
  if (hosts === undefined) return text;
  const known = (target: string): boolean => leadsTo(target.replace(/^[<"']|[>"']$/g, ""), hosts);
  return text
    .replace(inline, (all, head: string, target: string, title: string) =>
      known(target) ? all : `${head}(${REMOVED}${title})`,
    )
    .replace(definition, (all, head: string, target: string) => (known(target) ? all : `${head}${REMOVED}`))
    .replace(automatic, (all, target: string) => (known(target) ? all : `<${REMOVED}>`))
    .replace(html, (all, head: string, target: string) => (known(target) ? all : `${head}"${REMOVED}"`));
}

/** A target on these hosts, or one without any: a fragment, or a path below wherever the text is shown. */
function leadsTo(target: string, hosts: readonly string[]): boolean {
  // Markdown takes `\` as an escape and browsers as a slash; `https&#58;` becomes an address only after entities are read.
  if (/[\\\t\r\n]/.test(target) || (target.includes("&") && !/^https?:\/\//i.test(target))) return false;
  const base = "https://nowhere.invalid/";
  if (!URL.canParse(target, base)) return false;
  const url = new URL(target, base);
  if (url.host === "nowhere.invalid") return true;
  return (url.protocol === "https:" || url.protocol === "http:") && isListedHost(hosts, url.hostname);
}
