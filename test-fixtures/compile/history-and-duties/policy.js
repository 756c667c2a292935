export default function policy(kit) {
"use strict";
const { read, readOr, step, has, every, hole, join, operators, matchesName, matchesResource, toolFacts, asPath } = kit;
const { hasRole, hasAnyRole, callerKeyOf, emptyState, carriesTest, happenedTest, tallyTest, momentWithIts } = kit;
const { hasOwn } = Object;
const pristine = Object.prototype;
const unset = Symbol("not read yet");
const nothing = Object.freeze({});
const rootOf = (server) => roots.get(server);
const roots = new Map([["fs","/w"]]);
const t0 = {"kind":"path"};
const a0 = (from) => pristine["path"] === undefined ? from["path"] : (hasOwn(from, "path") ? from["path"] : undefined);
const g0 = (from) => {
  const value = a0(from);
  return typeof value === "string" ? asPath(value, "/w") : undefined;
};
const m0 = (list) => {
  let bits = 0;
  for (let at = 0; at < list.length; at++) switch (list[at]) {
    case "lead": bits |= 1; break;
  }
  return bits;
};
function s0(args, principal, context, request, k) {
  const roles = m0(principal.roles);
  let x0;
  return (
    // "allow" "read"
    ((true)) || 
    // "allow" "role lead: look:around"
    (((roles & 1) !== 0) && (((!((x0 = g0(args)) === undefined) && (x0.startsWith("/w/public/") || x0 === "/w/public"))))));
}
function b0(q) {
  let x0, x1;
  return (!((x0 = read(t0, step(step(q.its, "args"), "path"), q.itsRoot)) === undefined || (x1 = g0(q.args)) === undefined) && (x0 === x1));
}
function e0(call, q) {
  const { operation } = call;
  if (operation.server !== "fs") return false;
  return (operation.server === "fs" && ((operation.kind === "tool" && operation.name === "read_file"))) && b0(momentWithIts(call, q));
}
function b1(q) {
  let x0, x1;
  return (((x0 = read(t0, step(step(q.its, "args"), "path"), q.itsRoot)) === undefined || (x1 = g0(q.args)) === undefined) || (x0 === x1));
}
function e1(call, q) {
  const { operation } = call;
  if (operation.server !== "fs") return false;
  return (operation.server === "fs" && ((operation.kind === "tool" && operation.name === "read_file"))) && b1(momentWithIts(call, q));
}
const h0 = happenedTest({ window: {"byAnyone":false,"last":3600000}, verb: "called", events: { surely: e0, possibly: e1 }, since: undefined }, false);
function e2(call, q) {
  const { operation } = call;
  if (operation.server !== "fs") return false;
  return (operation.server === "fs" && ((operation.kind === "tool" && operation.name === "write_file")));
}
function b2(q) {
  let x0;
  return (!((x0 = read(t0, step(q.args, "path"), "/w")) === undefined) && (x0.startsWith("/w/public/") || x0 === "/w/public"));
}
function e3(call, q) {
  const { operation } = call;
  if (operation.server !== "fs") return false;
  const a = {
    args: call.arguments,
    principal: call.caller === q.past.caller ? q.principal : undefined,
    context: undefined,
    tool: nothing,
    resource: operation.kind === "resource" ? { uri: operation.uri } : nothing,
    result: undefined,
    its: undefined,
    itsRoot: undefined,
    past: undefined,
  };
  return (operation.server === "fs" && ((operation.kind === "tool" && operation.name === "read_file")) && b2(a));
}
function b3(q) {
  let x0;
  return (((x0 = read(t0, step(q.args, "path"), "/w")) === undefined) || (x0.startsWith("/w/public/") || x0 === "/w/public"));
}
function e4(call, q) {
  const { operation } = call;
  if (operation.server !== "fs") return false;
  const a = {
    args: call.arguments,
    principal: call.caller === q.past.caller ? q.principal : undefined,
    context: undefined,
    tool: nothing,
    resource: operation.kind === "resource" ? { uri: operation.uri } : nothing,
    result: undefined,
    its: undefined,
    itsRoot: undefined,
    past: undefined,
  };
  return (operation.server === "fs" && ((operation.kind === "tool" && operation.name === "read_file")) && b3(a));
}
function g1(q) {
  return 10;
}
const h1 = tallyTest("count", "less", { window: {"byAnyone":false,"last":3600000}, verb: "called", events: { surely: e3, possibly: e4 }, since: { surely: e2, possibly: e2 } }, () => undefined, g1, false);
function b4(q) {
  return (h0(q) && h1(q));
}
const h2 = carriesTest("untrusted", true);
const h3 = happenedTest({ window: {"byAnyone":true,"last":3600000}, verb: "completed", events: { surely: e3, possibly: e4 }, since: undefined }, false);
function b5(q) {
  return (h2(q) && !h3(q));
}
function s1(args, principal, context, request) {
  const q = {
    args,
    principal,
    context,
    tool: nothing,
    resource: nothing,
    result: undefined,
    its: undefined,
    itsRoot: undefined,
    past: { state: request.state ?? emptyState, caller: callerKeyOf(principal), now: context.time, rootOf },
  };
  return (
    // "allow" "write what was read"
    (((b4(q))))) && !(
    // "deny" "not with what others wrote"
    (((b5(q)))));
}
const subjects = new Map([
  ["tool", new Map([
    ["fs", { names: new Map([
      ["read_file", { by: s0, k: [] }], 
      ["write_file", { by: s1, k: [] }]]), further: undefined }]])]]);
const tools = subjects.get("tool") ?? new Map();
const only = tools.size === 1 ? [...tools.values()][0] : undefined;
return function permits(request, caller) {
  const { operation } = request;
  const found = operation.kind === "tool" ? (operation.server === "fs" ? only : undefined) : subjects.get(operation.kind)?.get(operation.server);
  if (found === undefined) return false;
  const decides = found.names.get(operation.name) ?? found.further;
  if (decides === undefined) return false;
  return decides.by(request.arguments, caller, request.context, request, decides.k);
};
}
