export default function policy(kit) {
"use strict";
const { read, readOr, step, has, every, hole, join, operators, matchesName, matchesResource, toolFacts } = kit;
const { callerKeyOf, emptyState, carriesTest, happenedTest, tallyTest, momentWithIts } = kit;
const unset = Symbol("not read yet");
const nothing = Object.freeze({});
const t0 = {"kind":"path"};
const r0 = (q) => (q.r0 === unset ? (q.r0 = read(t0, step(q.args, "path"), "/w")) : q.r0);
const t1 = {"kind":"list","element":{"kind":"path"}};
const c0 = read(t1, ["/w/public"], "/w");
// "allow" "role lead: look:around"
function b0(q) {
  let x0;
  return (!((x0 = r0(q)) === undefined || c0 === undefined) && (operators["under"](x0, c0)));
}
const w0 = (q) => (q.principal.roles.includes("lead"));
const s0 = (q) => (w0(q) && (b0(q))
  || (true));
function b1(q) {
  let x0, x1;
  return (!((x0 = read(t0, step(step(q.its, "args"), "path"), "/w")) === undefined || (x1 = r0(q)) === undefined) && (operators["equal"](x0, x1)));
}
function e0(call, q) {
  const { operation } = call;
  if (operation.server !== "fs") return false;
  return (operation.server === "fs" && ((operation.kind === "tool" && operation.name === "read_file"))) && b1(momentWithIts(call, q));
}
function b2(q) {
  let x0, x1;
  return (((x0 = read(t0, step(step(q.its, "args"), "path"), "/w")) === undefined || (x1 = r0(q)) === undefined) || (operators["equal"](x0, x1)));
}
function e1(call, q) {
  const { operation } = call;
  if (operation.server !== "fs") return false;
  return (operation.server === "fs" && ((operation.kind === "tool" && operation.name === "read_file"))) && b2(momentWithIts(call, q));
}
const h0 = happenedTest({ window: {"byAnyone":false,"last":3600000}, verb: "called", events: { surely: e0, possibly: e1 }, since: undefined }, false);
function e2(call, q) {
  const { operation } = call;
  if (operation.server !== "fs") return false;
  return (operation.server === "fs" && ((operation.kind === "tool" && operation.name === "write_file")));
}
function b3(q) {
  let x0;
  return (!((x0 = read(t0, step(q.args, "path"), "/w")) === undefined || c0 === undefined) && (operators["under"](x0, c0)));
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
    past: undefined,
  };
  return (operation.server === "fs" && ((operation.kind === "tool" && operation.name === "read_file")) && b3(a));
}
function b4(q) {
  let x0;
  return (((x0 = read(t0, step(q.args, "path"), "/w")) === undefined || c0 === undefined) || (operators["under"](x0, c0)));
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
    past: undefined,
  };
  return (operation.server === "fs" && ((operation.kind === "tool" && operation.name === "read_file")) && b4(a));
}
const t2 = {"kind":"number"};
const c1 = read(t2, 10, "/w");
function g0(q) {
  return c1;
}
const h1 = tallyTest("count", "less", { window: {"byAnyone":false,"last":3600000}, verb: "called", events: { surely: e3, possibly: e4 }, since: { surely: e2, possibly: e2 } }, () => undefined, g0, false);
// "allow" "write what was read"
function b5(q) {
  return (h0(q) && h1(q));
}
const h2 = carriesTest("untrusted", true);
const h3 = happenedTest({ window: {"byAnyone":true,"last":3600000}, verb: "completed", events: { surely: e3, possibly: e4 }, since: undefined }, false);
// "deny" "not with what others wrote"
function b6(q) {
  return (h2(q) && !h3(q));
}
const s1 = (q) => !((b6(q)))
  && ((b5(q)));
const subjects = new Map([
  ["tool", new Map([
    ["fs", { names: new Map([
      ["read_file", s0], 
      ["write_file", s1]]), further: undefined }]])]]);
return function permits({ operation, principal, context, arguments: args, state }) {
  const found = subjects.get(operation.kind)?.get(operation.server);
  const decide = found?.names.get(operation.name) ?? found?.further;
  if (decide === undefined) return false;
  return decide({
    args,
    principal,
    context,
    tool: nothing,
    resource: operation.kind === "resource" ? { uri: operation.uri } : nothing,
    result: undefined,
    its: undefined,
    past: { state: state ?? emptyState, caller: callerKeyOf(principal), now: context.time },
    name: operation.name,
    uri: operation.uri,
    r0: unset,
  });
};
}
