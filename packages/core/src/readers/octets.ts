/** Four decimal numbers from 0 to 255, without leading zeros; undefined of any other text. */
export function fourOctets(text: string): readonly number[] | undefined {
  const parts = text.split(".");
  const isPlain =
    parts.length === 4 && parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256);
  return isPlain ? parts.map(Number) : undefined;
}

/** The octets of an address in canonical text: four, or sixteen. */
export function octetsOf(address: string): readonly number[] {
  const v4 = fourOctets(address);
  if (v4 !== undefined) return v4;
  const [before = "", after] = address.split("::");
  const groups = (text: string | undefined): readonly number[] =>
    text === undefined || text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const [left, right] = [groups(before), groups(after)];
  const zeros = new Array<number>(8 - left.length - right.length).fill(0);
  return [...left, ...zeros, ...right].flatMap((group) => [group >> 8, group & 0xff]);
}

/** The text of an address (RFC 5952), of a v4-mapped one that of its v4 address. */
export function textOfOctets(octets: readonly number[]): string {
  if (octets.length === 4) return octets.join(".");
  if (octets.slice(0, 12).every((octet, at) => octet === (at < 10 ? 0 : 0xff))) return octets.slice(12).join(".");
  const groups = octets.flatMap((octet, at) =>
    at % 2 === 0 ? [((octet << 8) | (octets[at + 1] as number)).toString(16)] : [],
  );
  return new URL(`http://[${groups.join(":")}]/`).hostname.slice(1, -1);
}
