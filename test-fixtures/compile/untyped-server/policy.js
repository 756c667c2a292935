export default function policy(kit) {
"use strict";
const { read, readOr, step, has, every, hole, join, operators, matchesName, matchesResource, toolFacts } = kit;
const unset = Symbol("not read yet");
const nothing = Object.freeze({});
const t0 = {"kind":"any"};
const t1 = {"kind":"list","element":{"kind":"string"}};
const c0 = read(t1, [], undefined);
const t2 = {"kind":"list","element":{"kind":"any"}};
const t3 = {"kind":"string"};
const c1 = read(t3, "secret", undefined);
const t4 = {"kind":"bool"};
function l0(q) {
  let x0, x1, x2;
  const list = (((x0 = read(t0, q.args, undefined)) === undefined || c0 === undefined) ? undefined : read(t2, (operators["strings"](x0, c0)), undefined));
  if (!Array.isArray(list)) return true;
  for (const v0 of list) {
    if (((((x2 = read(t3, v0, undefined)) === undefined || c1 === undefined) ? undefined : read(t4, (operators["contains"](x2, c1)), undefined)) !== false)) return true;
  }
  return false;
}
// "allow" "dev reads"
function b0(q) {
  return !l0(q);
}
const w0 = (q) => (q.principal.roles.includes("dev"));
const s0 = (q) => (w0(q) && (b0(q)));
const s1 = (q) => !(((matchesName("*", q.name)) && !(matchesName("read_*", q.name) || q.name === "status")))
  && (w0(q) && ((matchesName("read_*", q.name) || q.name === "status") && b0(q)));
const subjects = new Map([
  ["tool", new Map([
    ["live", { names: new Map([
      ["status", s0]]), further: s1 }]])]]);
return function permits({ operation, principal, context, arguments: args }) {
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
    name: operation.name,
    uri: operation.uri,
  });
};
}
