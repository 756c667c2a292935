import { afterEach, describe, expect, it } from "vitest";
import { type CaptureSource, capturePins } from "../../src/pins/capture.ts";
import { entryOf } from "../real/conversations.ts";
import { everythingOnHttp } from "../real/everything-on-http.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const [command, args] = [process.execPath, [entryOf("server-everything")]];

async function onHttp(): Promise<CaptureSource> {
  const { url, stop } = await everythingOnHttp();
  closing.push(stop);
  return { url };
}

describe("the pins of server-everything", () => {
  it.each<readonly [string, () => CaptureSource | Promise<CaptureSource>]>([
    ["stdio", () => ({ command, args })],
    ["HTTP", onHttp],
  ])("hold what it offers to clients of some capability alone, on %s", async (_, source) => {
    const { tools } = await capturePins(await source());
    expect(tools.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["echo", "get-roots-list", "trigger-elicitation-request", "trigger-sampling-request"]),
    );
  });
});
