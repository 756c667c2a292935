export default function policy(kit) {
"use strict";
const { read, readOr, step, has, every, hole, join, operators, matchesName, matchesResource, toolFacts } = kit;
const unset = Symbol("not read yet");
const nothing = Object.freeze({});
const t0 = {"kind":"path"};
const t1 = {"kind":"list","element":{"kind":"path"}};
const c0 = read(t1, ["/w"], "/w");
// "allow" "read"
function b0(q) {
  let x0;
  return (!((x0 = read(t0, step(q.args, "path"), "/w")) === undefined || c0 === undefined) && (operators["under"](x0, c0)));
}
const t2 = {"kind":"any"};
const t3 = {"kind":"list","element":{"kind":"any"}};
const t4 = {"kind":"list","element":{"kind":"glob"}};
const c1 = read(t4, ["**/.env*"], "/w");
function l0(q) {
  let x0, x1;
  const list = (((x0 = read(t2, q.args, "/w")) === undefined) ? undefined : read(t3, (operators["paths"](x0)), "/w"));
  if (!Array.isArray(list)) return true;
  for (const v0 of list) {
    if ((((x1 = read(t0, v0, "/w")) === undefined || c1 === undefined) || (operators["like"](x1, c1)))) return true;
  }
  return false;
}
// "deny" "no secrets"
function b1(q) {
  return l0(q);
}
const s0 = (q) => !((b1(q)))
  && ((b0(q)));
const s1 = (q) => false;
const subjects = new Map([
  ["tool", new Map([
    ["fs", { names: new Map([
      ["read_file", s0], 
      ["read_files", s1], 
      ["write_file", s1]]), further: undefined }]])]]);
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
