import { describe } from "vitest";
import { behaves } from "../behaves.ts";
import { type OverHttp, perRequestV2, sessionV1, sessionV2 } from "../guard/servers.ts";
import { behindGateway } from "./gateways.ts";

// biome-ignore format: table
const ways: readonly (readonly [name: string, way: OverHttp])[] = [
  ["1.12 with a session",      sessionV1("sdk-1.12")],
  ["1.32 with a session",      sessionV1("sdk")],
  ["2.4 with a session",       sessionV2("")],
  ["2.0 per request, legacy",  perRequestV2("-2.0", "legacy")],
  ["2.4 per request, legacy",  perRequestV2("", "legacy")],
  ["2.0 per request, modern",  perRequestV2("-2.0", "modern")],
  ["2.4 per request, modern",  perRequestV2("", "modern")],
];

describe.each(ways)("the gateway before a server of SDK %s", (_, way) => behaves(behindGateway(way)));
