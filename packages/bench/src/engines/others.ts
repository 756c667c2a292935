import { biscuit } from "./biscuit.ts";
import { byHand, byHandRaw } from "./by-hand.ts";
import { casbin, casbinAsync } from "./casbin.ts";
import { casl } from "./casl.ts";
import { cedar, cedarStateless } from "./cedar.ts";
import { celBufbuild, celJs, celMarcbachmann } from "./cel.ts";
import { cerbosGrpc, cerbosHttp } from "./cerbos.ts";
import { jsonLogicEngine, jsonLogicJs } from "./json-logic.ts";
import { jsonRulesEngine } from "./json-rules-engine.ts";
import { oso } from "./oso.ts";
import type { RuleEngine } from "./rule-engine.ts";
import { treeWalk } from "./tree-walk.ts";

/** What is written by hand for the rules at hand. The first is the reference. */
export const handWritten: readonly RuleEngine[] = [byHand, byHandRaw, treeWalk];

/** The engines of others. */
export const peers: readonly RuleEngine[] = [
  jsonLogicEngine,
  casl,
  celMarcbachmann,
  jsonLogicJs,
  celBufbuild,
  celJs,
  cedar,
  casbin,
  casbinAsync,
  jsonRulesEngine,
  oso,
  cerbosHttp,
  cerbosGrpc,
  biscuit,
  cedarStateless,
];
